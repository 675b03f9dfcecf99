"""Files of figures: from the command line and over HTTP, into the same ledger."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.deliveries.models import Delivery
from domain.engagement.models import Observation
from domain.engagement.rules import Metric, Source, ValueKind
from domain.imports import actions
from domain.imports.rows import Reading
from domain.partners.rules import Platform
from domain.posts.models import Post
from domain.tokens.actions import create
from tests import asgi
from tests.pushes import APP, WHOLE, Sender, make_sender, refusal
from tests.rows import derive, make_post, nothing_written, wrong_figures
from tests.workbooks import workbook

ROOT = Path(__file__).parent.parent
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = [
    "作品ID",
    "作品标题",
    "作品链接",
    "发布时间",
    "播放量",
    "点赞数",
    "评论",
    "分享",
    "统计时间",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(database: str) -> str:
    return (await create(Act(SYSTEM, datetime.now(UTC)), "t", Role.ADMINISTRATOR, None))[1]


@pytest_asyncio.fixture(loop_scope="module")
async def sender(database: str) -> AsyncIterator[Sender]:
    yield await make_sender(Platform.KUAISHOU)


def table(*rows: list[Any], headers: list[str] = HEADERS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headers, *rows])
    return text.getvalue().encode()


def row(name: str, *figures: Any, at: str = "2026-03-01 08:00") -> list[Any]:
    return [name, "志愿者", f"https://v.example.com/{name}", "2026-02-28 20:00", *figures, at]


async def upload(
    sender: Sender, body: bytes, token: str = "", *, kind: str = "text/csv", **given: Any
) -> asgi.Response:
    options = {"partner": f"Partner:{sender.partner_id}", "platform": "KUAISHOU", **given}
    query = urlencode({name: value for name, value in options.items() if value}, doseq=True)
    headers = {"content-type": kind, "content-length": str(len(body))}
    if token:
        headers["authorization"] = f"Bearer {token}"
    where = f"/v1/engagement/import?{query}"
    return await asgi.call(WHOLE, "POST", where, headers=headers, body=body)


async def figures(post_id: int) -> dict[str, tuple[int, str]]:
    rows = await Observation.filter(post_id=post_id, source=Source.CSV)
    return {row.metric.value: (row.value, row.bound.value) for row in rows}


async def test_a_file_is_in_the_ledger(sender: Sender, token: str) -> None:
    first = await make_post(sender.account_id, external_id="v1")
    body = table(
        row("v1", "1.2万", "1,024", "-", 3),
        row("v2", "10万+", "", 5, ""),
    )
    answer = await upload(sender, body, token, registerPosts="true")
    told = answer.json()
    assert answer.status == 200
    assert (told["rows"], told["accepted"], told["duplicates"], told["registered"]) == (2, 5, 0, 1)
    assert told["rejected"] == []
    assert await figures(first) == {
        "READS": (12_000, "EXACT"),
        "LIKES": (1_024, "EXACT"),
        "SHARES": (3, "EXACT"),
    }
    made = await Post.get(account_id=sender.account_id, external_id="v2")
    assert (made.title, made.url) == ("志愿者", "https://v.example.com/v2")
    assert await figures(made.id) == {
        "READS": (100_000, "AT_LEAST"),
        "COMMENTS": (5, "EXACT"),
    }
    kept = await Observation.filter(post_id=first, metric=Metric.READS).first()
    assert kept is not None
    assert kept.observed_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert kept.definition == "file.reads"
    delivery = await Delivery.get(partner_id=sender.partner_id)
    assert (delivery.source, delivery.items) == (Source.CSV, 5)
    await derive()
    assert await wrong_figures() == []
    async with nothing_written():
        again = (await upload(sender, body, token, registerPosts="true")).json()
    assert (again["accepted"], again["knownPortions"]) == (5, 1)


async def test_good_rows_stand_beside_bad_ones(sender: Sender, token: str) -> None:
    post = await make_post(sender.account_id, external_id="v1")
    body = table(
        row("v1", "很多", 7, "", ""),
        row("v9", 1, "", "", ""),
        row("v1", 5, "", "", "", at="1/3/2026"),
        row("v1", "", "", "", ""),
        ["", "", "", "", 1, "", "", "", "2026-03-01"],
    )
    told = (await upload(sender, body, token)).json()
    assert [(entry["row"], entry["code"]) for entry in told["rejected"]] == [
        *((2, "MALFORMED"), (3, "UNKNOWN_POST"), (4, "MALFORMED")),
        *((5, "MALFORMED"), (6, "MALFORMED")),
    ]
    assert told["rejected"][0]["message"] == "READS: 很多 is no number"
    assert told["rejected"][0]["cells"][4] == "很多"
    assert await figures(post) == {"LIKES": (7, "EXACT")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_encodings(sender: Sender, token: str, encoding: str) -> None:
    post = await make_post(sender.account_id, external_id="v1")
    body = table(row("v1", 9, "", "", "")).decode().replace(",", "\t").encode(encoding)
    assert (await upload(sender, body, token)).json()["accepted"] == 1
    assert await figures(post) == {"READS": (9, "EXACT")}


async def test_a_workbook(sender: Sender, token: str) -> None:
    post = await make_post(sender.account_id, external_id="20260301")
    body = workbook(
        HEADERS,
        [20260301, "标题", "", "", 12345, "10万+", 0.0, "", (46082.5,)],
    )
    told = (await upload(sender, body, token, kind=XLSX)).json()
    assert (told["accepted"], told["rejected"]) == (3, [])
    assert await figures(post) == {
        "READS": (12_345, "EXACT"),
        "LIKES": (100_000, "AT_LEAST"),
        "COMMENTS": (0, "EXACT"),
    }
    kept = await Observation.filter(post_id=post).first()
    assert kept is not None
    assert kept.observed_at == datetime(2026, 3, 1, 4, tzinfo=UTC)
    assert (await upload(sender, body, token, sheet="数据")).status == 200
    wrong = await upload(sender, body, token, sheet="没有")
    assert refusal(wrong) == (422, "INVALID_FILE")


async def test_figures_of_a_day_carry_that_day(sender: Sender, token: str) -> None:
    post = await make_post(sender.account_id, external_id="v1")
    rows = [row("v1", value, "", "", "", at=f"2026/3/{value}") for value in (1, 2)]
    assert (await upload(sender, table(*rows), token, daily="true")).json()["accepted"] == 2
    kept = await Observation.filter(post_id=post).order_by("value")
    assert [row.value_kind for row in kept] == [ValueKind.INTERVAL] * 2
    assert kept[0].period_starts_at == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert kept[0].period_ends_at == kept[1].period_starts_at
    assert kept[0].observed_at == kept[0].period_ends_at


async def test_a_day_without_a_time_is_its_end_or_now(sender: Sender, token: str) -> None:
    past = await make_post(sender.account_id, external_id="v1")
    today = await make_post(sender.account_id, external_id="v2")
    day = datetime.now(UTC).astimezone(APP.state.settings.zone).date()
    body = table(row("v1", 1, "", "", "", at="2026-03-01"), row("v2", 1, "", "", "", at=str(day)))
    assert (await upload(sender, body, token)).json()["accepted"] == 2
    assert (await Observation.get(post_id=past)).observed_at == datetime(
        2026, 3, 1, 15, 59, 59, tzinfo=UTC
    )
    assert abs((await Observation.get(post_id=today)).observed_at - datetime.now(UTC)) < timedelta(
        minutes=1
    )


async def test_a_dry_run_shows_and_stores_nothing(sender: Sender, token: str) -> None:
    await make_post(sender.account_id, external_id="v1")
    body = table(row("v1", "10万+", "很多", "", ""))
    async with nothing_written():
        told = (await upload(sender, body, token, dryRun="true")).json()
    assert (told["accepted"], len(told["rejected"])) == (1, 1)
    assert told["columns"]["READS"] == 4
    assert told["firstRows"][0] == {
        "row": 2,
        "post": "KUAISHOU v1",
        "metric": "READS",
        "value": "at least 100000",
        "when": "2026-03-01T08:00:00+08:00",
        "problem": "",
    }
    assert told["firstRows"][1]["problem"] == "LIKES: 很多 is no number"


async def test_who_may_not_and_what_cannot_be(sender: Sender, token: str) -> None:
    good = table(row("v1", 1, "", "", ""))
    many = "阅读\n".encode() + b"1\n" * 20_001
    cases: list[tuple[asgi.Response, tuple[int, str]]] = []
    async with nothing_written():
        cases += [
            (await upload(sender, good), (401, "UNAUTHENTICATED")),
            (await upload(sender, good, "xf_nobody"), (401, "UNAUTHENTICATED")),
            (await upload(sender, good, token, partner="Partner:999999"), (404, "NOT_FOUND")),
            (await upload(sender, good, token, partner="Post:1"), (422, "INVALID_ID")),
            (await upload(sender, good, token, platform="MYSPACE"), (422, "INVALID_PARAMETER")),
            (await upload(sender, good, token, whatever="1"), (422, "INVALID_PARAMETER")),
            (await upload(sender, good, token, dryRun="maybe"), (422, "INVALID_PARAMETER")),
            (await upload(sender, good, token, observedAt="gestern"), (422, "MALFORMED")),
            (await upload(sender, good, token, map="x=READS"), (422, "INVALID_COLUMNS")),
            (await upload(sender, good, token, encoding="nonsense"), (422, "INVALID_FILE")),
            (await upload(sender, b"", token), (422, "INVALID_FILE")),
            (await upload(sender, b"\x89PNG\x00\x01\x02\xff\xfe", token), (422, "INVALID_FILE")),
            (await upload(sender, b"PK\x03\x04 no zip", token), (422, "INVALID_FILE")),
            (await upload(sender, '标题,"'.encode(), token), (422, "INVALID_FILE")),
            (await upload(sender, bytes(10 * 2**20 + 1), token), (413, "TOO_LARGE")),
            (await upload(sender, many, token), (413, "TOO_MANY_ROWS")),
        ]
    assert [refusal(answer) for answer, _ in cases] == [expected for _, expected in cases]


async def test_a_workbook_that_would_unpack_to_too_much(sender: Sender, token: str) -> None:
    packed, big = io.BytesIO(), bytes(60 * 2**20)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr("xl/workbook.xml" if number == 0 else f"xl/{number}.xml", big)
    async with nothing_written():
        assert refusal(await upload(sender, packed.getvalue(), token)) == (422, "INVALID_FILE")


# from the command line


def command(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": database_url, "XINFENG_PUSH_OPEN_DAYS": "36500"}
    return subprocess.run(
        [sys.executable, "cli.py", "import", "engagement", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_command_previews_imports_and_writes_rejects(
    database: str, sender: Sender, tmp_path: Path
) -> None:
    post = await make_post(sender.account_id, external_id="v1")
    path = tmp_path / "三月.csv"
    path.write_bytes(table(row("v1", 5, "很多", "", "")))
    options = [str(path), "--partner", f"Partner:{sender.partner_id}", "--platform", "kuaishou"]
    async with nothing_written():
        preview = await asyncio.to_thread(command, database, *options, "--preview")
    assert preview.returncode == 1
    assert "播放量 → READS" in preview.stderr
    assert "1 rows: 1 figures would be accepted" in preview.stderr
    assert os.listdir(tmp_path) == ["三月.csv"]
    done = await asyncio.to_thread(command, database, *options, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["accepted"] == 1
    rejects = (tmp_path / "三月.rejects.csv").read_text("utf-8-sig").splitlines()
    assert rejects[0] == "row,code,message"
    assert rejects[1].startswith("2,MALFORMED,LIKES: 很多 is no number,v1,志愿者,")
    assert await figures(post) == {"READS": (5, "EXACT")}


async def test_a_command_that_is_killed_goes_on_where_it_was(
    database: str, sender: Sender, tmp_path: Path
) -> None:
    path = tmp_path / "many.csv"
    rows = [row(f"v{number}", number, 1, 2, 3) for number in range(1_000)]
    path.write_bytes(table(*rows))
    options = [str(path), "--partner", f"Partner:{sender.partner_id}", "--platform", "kuaishou"]
    options.append("--register-posts")
    environment = {**os.environ, "DATABASE_URL": database, "XINFENG_PUSH_OPEN_DAYS": "36500"}
    running = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "cli.py", "import", "engagement", *options],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while await Delivery.filter(partner_id=sender.partner_id).count() < 3:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    running.kill()
    await asyncio.to_thread(running.wait, 10)
    begun = await Delivery.filter(partner_id=sender.partner_id).count()
    assert 3 <= begun < 8
    done = await asyncio.to_thread(command, database, *options, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"], told["portions"], told["accepted"]) == (1_000, 8, 4_000)
    assert told["knownPortions"] >= begun
    posts = Post.filter(account_id=sender.account_id, external_id__startswith="v")
    assert await posts.count() == 1_000
    assert await Observation.filter(post__account_id=sender.account_id).count() == 4_000
    assert await Delivery.filter(partner_id=sender.partner_id).count() == 8


async def test_progress_is_told(database: str, sender: Sender) -> None:
    heard: list[tuple[int, int]] = []
    file = actions.open_file(
        table(*(row(f"v{number}", 1, "", "", "") for number in range(300))),
        Reading(zone=APP.state.settings.zone, platform=Platform.KUAISHOU),
        partner_id=sender.partner_id,
        told=[],
    )
    act = Act(SYSTEM, datetime.now(UTC))
    result = await actions.import_file(
        act, file, open_days=36_500, report=lambda done, total: heard.append((done, total))
    )
    assert heard == [(0, 300), (125, 300), (250, 300), (300, 300)]
    assert (result.portions, len(result.rejected)) == (3, 300)
