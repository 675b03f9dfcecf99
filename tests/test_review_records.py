"""The record of reviews as a page, and samples for an inspection."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from commands import reviews as commands
from commands.failures import CommandFailed
from domain.access import Act, Role
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.articles.records import Line, Record, changed, record_of
from domain.reviews.actions import decisions
from domain.reviews.actions.remarks import Remark
from domain.reviews.models import ReviewAssignment, ReviewWorkflow
from domain.reviews.sampling import Candidate, allotted, drawn, drawn_by_stratum
from domain.tokens import actions as tokens
from tests.asgi import call
from tests.graph import Graph, graph
from tests.reviewing import make_desk, make_review, stage
from tests.rows import EDITOR, NOW, World, make_organization, make_world

SIZES = st.dictionaries(st.integers(1, 30), st.integers(1, 60), max_size=8)


@given(sizes=SIZES, size=st.integers(1, 80), seed=st.integers(0, 2**32))
def test_a_sample_is_drawn_by_the_seed_and_reaches_every_stratum(
    sizes: dict[int, int], size: int, seed: int
) -> None:
    numbers = iter(range(1, 10_000))
    candidates = [
        Candidate(next(numbers), stratum) for stratum, own in sizes.items() for _ in range(own)
    ]
    total = len(candidates)
    simple = drawn(candidates, size, seed)
    assert simple == drawn(reversed(candidates), size, seed)
    assert len(simple) == len(set(simple)) == min(size, total)
    stratified = drawn_by_stratum(candidates, size, seed)
    of = {candidate.number: candidate.stratum for candidate in candidates}
    assert {of[number] for number in stratified} == set(sizes)
    assert len(stratified) == len(set(stratified)) == max(min(size, total), len(sizes))
    shares = allotted(sizes, size)
    assert all(1 <= shares[stratum] <= own for stratum, own in sizes.items())


def test_another_seed_draws_otherwise() -> None:
    candidates = [Candidate(number, 1) for number in range(1, 101)]
    assert drawn(candidates, 5, 7) == [7, 20, 42, 51, 84]
    assert drawn(candidates, 5, 8) != drawn(candidates, 5, 7)


def test_what_changed_between_two_revisions() -> None:
    assert changed(["题", "一", "二"], ["题", "一改", "二", "三"]) == [
        Line("-", "一"),
        Line("+", "一改"),
        Line("+", "三"),
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(opened: Graph) -> World:
    return await make_desk(await make_world(), stage("初审"))


def by(number: int, hours: int = 0) -> Act:
    viewer = replace(EDITOR.viewer, number=number, name=f"编辑{number}")
    return Act(viewer, NOW + timedelta(hours=hours))


async def make_published(desk: World) -> int:
    """Sent back once, changed, passed and published."""
    article, review = await make_review(desk, by(5), title="冬日<送暖>", body="<p>原文</p>")
    block = (await Article.get(id=article)).blocks[0]["id"]
    no = decisions.Decision(
        approves=False, revision=1, opinion="职务有误", remarks=[Remark(block, "应为主任")]
    )
    await decisions.decide(by(6, 1), review, no)
    changes = articles.ArticleChanges(body="<p>改过的文字</p>")
    await articles.update(by(5, 2), article, 1, changes)
    await articles.submit_for_review(by(5, 3), article, 2)
    yes = decisions.Decision(approves=True, revision=2, opinion="同意刊发")
    await decisions.decide(by(6, 4), review, yes)
    await articles.publish(by(7, 5), article, 2)
    return article


async def test_the_record_of_an_article(opened: Graph, desk: World) -> None:
    article = await make_published(desk)
    now = Act(EDITOR.viewer, datetime.now(UTC))
    made = {
        role: await tokens.create(now, role.value, role, None, organization_id=desk.organization_id)
        for role in (Role.ANALYST, Role.DISPATCHER)
    }
    path = f"/articles/{article}/record"

    async def page(token: str, of: str = path) -> tuple[int, str]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await call(opened.app, "GET", of, headers={"accept-language": "zh", **headers})
        return answer.status, answer.body.decode()

    status, text = await page(made[Role.ANALYST][1])
    assert status == 200
    assert "<送暖>" not in text
    assert "编辑6" in text
    shown = unescape(text.partition("<tbody>")[2])
    told = ["送审", "退稿", "职务有误", "] 应为主任", "再次送审", "通过", "同意刊发", "已发布"]
    at = [shown.index(each) for each in told]
    assert at == sorted(at)
    assert "<del>原文</del><ins>改过的文字</ins>" in text
    for token, of in ((made[Role.DISPATCHER][1], path), ("", path), ("xf_no", path)):
        assert (await page(token, of))[0] == 404
    assert (await page(made[Role.ANALYST][1], "/articles/999/record"))[0] == 404


async def test_nothing_of_a_record_is_read_for_who_may_not_see_it(
    opened: Graph, desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor on the loop that answers others, for who may."""
    article = await make_published(desk)
    read: list[int] = []
    threads: list[str] = []

    async def spied(number: int) -> Record | None:
        read.append(number)
        return await record_of(number)

    def compared(before: list[str], after: list[str]) -> list[Line]:
        threads.append(threading.current_thread().name)
        return changed(before, after)

    monkeypatch.setattr("api.people.records.record_of", spied)
    monkeypatch.setattr("domain.articles.records.changed", compared)
    for path in (f"/articles/{article}/record", f"/articles/{article}/record.pdf"):
        assert (await call(opened.app, "GET", path)).status == 404
    assert (read, threads) == ([], [])
    now = Act(EDITOR.viewer, datetime.now(UTC))
    _, token = await tokens.create(
        now, "record", Role.ANALYST, None, organization_id=desk.organization_id
    )
    headers = {"authorization": f"Bearer {token}"}
    answer = await call(opened.app, "GET", f"/articles/{article}/record", headers=headers)
    assert (answer.status, read, len(threads)) == (200, [article], 2)
    assert threading.main_thread().name not in threads


async def test_a_sample_is_an_archive_with_its_index(desk: World) -> None:
    for _ in range(3):
        await make_published(desk)
    day = NOW.date()
    articles_ = await Article.all().order_by("id")
    candidates = [Candidate(row.id, row.organization_id) for row in articles_]
    records = [await record_of(number) for number in drawn(candidates, 2, 7)]
    facts = {"seed": "7", "from": day.isoformat()}
    found = [record for record in records if record is not None]
    packed = commands.archive(found, facts, UTC)
    assert packed == commands.archive(found, facts, UTC)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        pages = [f"Article-{record.article.id}.html" for record in found]
        pdfs = [f"Article-{record.article.id}.pdf" for record in found]
        pairs = [name for pair in zip(pages, pdfs, strict=True) for name in pair]
        assert archive.namelist() == ["index.html", "index.csv", "record.css", *pairs]
        assert f'href="{pdfs[0]}"' in archive.read(pages[0]).decode()
        assert all(archive.read(name).startswith(b"%PDF-") for name in pdfs)
        index = archive.read("index.html").decode()
        rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
    assert all(f'href="{name}"' in index for name in pairs)
    assert "<dd>7</dd>" in index
    assert [(row["outcome"], row["urgent"], row["file"], row["pdf"]) for row in rows] == [
        ("PUBLISHED", "false", *pair) for pair in zip(pages, pdfs, strict=True)
    ]


def command(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "cli.py", "review", *arguments],
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_draws_the_same_twice(database_url: str, tmp_path: Path) -> None:
    """Of what the tests above published."""
    day = NOW.date()
    period = ["--from", day.isoformat(), "--to", day.isoformat(), "--seed", "7", "--size", "2"]
    told = []
    for name in ("one.zip", "two.zip"):
        done = command(database_url, "sample", str(tmp_path / name), *period, "--json")
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout))
    assert told[0] == told[1]
    assert (told[0]["of"], len(told[0]["articles"])) == (5, 2)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    done = command(database_url, "record", told[0]["articles"][0], str(tmp_path / "record.html"))
    assert done.returncode == 0, done.stderr
    assert "<style>" in (tmp_path / "record.html").read_text("utf-8")
    done = command(database_url, "record", told[0]["articles"][0], str(tmp_path / "record.pdf"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "record.pdf").read_bytes().startswith(b"%PDF-")


async def test_the_usual_workflow_is_made_by_a_command(database_url: str, desk: World) -> None:
    place = await make_organization(desk.organization_id, "分部")
    done = command(database_url, "workflow", f"Organization:{place}", "--json")
    assert done.returncode == 0, done.stderr
    made = await ReviewWorkflow.all().order_by("-id").first()
    assert made is not None
    assert json.loads(done.stdout) == {
        "workflow": f"ReviewWorkflow:{made.id}",
        "organization": f"Organization:{place}",
    }
    assert (made.name, len(made.stages), len(made.checks)) == ("三审三校", 6, 7)
    assert (await ReviewAssignment.get(organization_id=place)).workflow_id == made.id


def test_a_period_that_ends_before_it_begins(tmp_path: Path) -> None:
    day = NOW.date()
    with pytest.raises(CommandFailed, match="--to lies before --from"):
        commands.sample(tmp_path / "no.zip", since=day, to=day - timedelta(days=1), seed=1)
    assert not (tmp_path / "no.zip").exists()
