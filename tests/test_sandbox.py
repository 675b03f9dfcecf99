"""The sandbox platform over real HTTP: the platforms' shapes, their refusals, faults, the clock."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.clock import ReplayClock
from sandbox.faults import Faults, WrongFault
from sandbox.limits import Limit, RateLimit, every
from sandbox.topics import hour_number, hour_text, topic_id
from tests.platforms import (
    HOUR,
    ROOT,
    RUN,
    SandboxProcess,
    counters,
    sandbox_process,
    seen_ids,
    topics,
    unseen_ids,
)

COUNT = "/weibo/2/statuses/count.json"
MEDIA = "/weibo/2/media_statuses/count_sp/biz.json"
SHOW = "/weibo/2/statuses/show.json"
STATUSES = "/mastodon/api/v1/statuses"


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with sandbox_process() as opened:
        yield opened


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.reset()
    return process


def error(code: int) -> dict[str, Any]:
    return {"request": "/2/", "error_code": code}


def test_the_data_set_is_whole() -> None:
    known = topics()
    assert len(known.by_id) == 5012
    assert sum(len(topic.hours) for topic in known.by_id.values()) == 15_705
    assert (hour_text(known.first_hour), hour_text(known.last_hour)) == (
        "2025-09-29T00",
        "2025-10-12T23",
    )


def test_a_topics_number_is_the_same_everywhere() -> None:
    assert topic_id("AG对战EDGM") == 401876593987021


def test_counters_are_the_latest_known_and_never_interpolated() -> None:
    topic = topics().by_id[topic_id("AG对战EDGM")]
    first = hour_number("2025-09-29T00")
    assert topic.at(first - 1) is None
    assert topic.at(first) == {
        "reads": 450_000_000,
        "discussions": 180_000,
        "original_posts": 12_000,
    }
    for hour, following, known in zip(topic.hours, topic.hours[1:], topic.counters, strict=False):
        for between in range(hour, following):
            assert topic.at(between) == known


def test_weibo_counts(sandbox: SandboxProcess) -> None:
    seen, other = seen_ids(2)
    (unseen,) = unseen_ids(1)
    status, rows = sandbox.call("GET", f"{COUNT}?ids={other},{seen},{unseen},5&access_token=x")
    assert status == 200
    assert rows == [
        {
            "id": int(name),
            "comments": counters(name)["discussions"],
            "reposts": counters(name)["original_posts"],
        }
        for name in (seen, other)
    ]


def test_weibo_reads_for_media_accounts_only(sandbox: SandboxProcess) -> None:
    (seen,) = seen_ids(1)
    media = sandbox.call("GET", f"{MEDIA}?ids={seen},5", Authorization="OAuth2 media-1")
    known = counters(seen)
    row = {
        "id": seen,
        "comments": str(known["discussions"]),
        "reposts": str(known["original_posts"]),
        "reads": str(known["reads"]),
    }
    assert media == (200, [row])
    assert sandbox.call("GET", f"{MEDIA}?ids={seen}&access_token=user-1") == (200, [])


def test_weibo_shows_one(sandbox: SandboxProcess) -> None:
    (seen,), (unseen,) = seen_ids(1), unseen_ids(1)
    status, row = sandbox.call("GET", f"{SHOW}?id={seen}&access_token=x")
    assert (status, row["idstr"], row["reposts_count"]) == (
        200,
        seen,
        counters(seen)["original_posts"],
    )
    for name in (unseen, "5", "x", ""):
        status, row = sandbox.call("GET", f"{SHOW}?id={name}&access_token=x")
        assert (status, row["error_code"]) == (400, 20101)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("ids=5", 403, 10006),
        ("access_token=x", 400, 10016),
        ("access_token=x&ids=", 400, 10016),
        ("access_token=x&ids=5,x", 400, 10017),
        ("access_token=x&ids=-5", 400, 10017),
        ("access_token=x&ids=" + ",".join(map(str, range(101))), 400, 10017),
        ("access_token=x&ids=" + ",".join(map(str, range(100))), 200, None),
    ],
)
def test_weibo_refuses(sandbox: SandboxProcess, query: str, status: int, code: int | None) -> None:
    for path in (COUNT, MEDIA):
        got, content = sandbox.call("GET", f"{path}?{query}")
        assert (got, content["error_code"] if code else None) == (status, code)


def test_mastodon_statuses(sandbox: SandboxProcess) -> None:
    seen, (unseen,) = seen_ids(20), unseen_ids(1)
    query = "&".join(f"id[]={name}" for name in [*seen[:19], unseen])
    status, headers, body = sandbox.raw("GET", f"{STATUSES}?{query}")
    assert status == 200
    assert [
        (row["id"], row["replies_count"], row["reblogs_count"]) for row in json.loads(body)
    ] == [
        (name, counters(name)["discussions"], counters(name)["original_posts"])
        for name in seen[:19]
    ]
    assert "favourites_count" not in body.decode()
    assert int(headers["x-ratelimit-limit"]) == 300 * 1000
    assert headers["x-ratelimit-reset"].endswith("Z")


def test_mastodon_refuses(sandbox: SandboxProcess) -> None:
    query = "&".join(f"id[]={number}" for number in range(21))
    assert sandbox.call("GET", f"{STATUSES}?{query}")[0] == 422
    assert sandbox.call("GET", f"{STATUSES}/{unseen_ids(1)[0]}") == (
        404,
        {"error": "Record not found"},
    )
    assert sandbox.call("GET", f"{STATUSES}/{seen_ids(1)[0]}")[0] == 200


def test_rate_limits_are_the_platforms() -> None:
    with sandbox_process(generosity=1) as sandbox:
        for _ in range(100):
            assert sandbox.call("GET", f"{COUNT}?ids=5&access_token=one")[0] == 200
        status, content = sandbox.call("GET", f"{COUNT}?ids=5&access_token=one")
        assert (status, content["error_code"]) == (403, 10023)
        assert sandbox.call("GET", f"{COUNT}?ids=5&access_token=two")[0] == 200


def test_an_allowance_is_for_each_caller_and_window() -> None:
    now = [1000.0]
    limit = RateLimit(Limit(2, every(300)), lambda: now[0])
    assert [limit.take("a").exceeded for _ in range(3)] == [False, False, True]
    assert limit.take("b") == (2, 1, 1200.0, False)
    now[0] = 1200.0
    assert limit.take("a") == (2, 1, 1500.0, False)


@pytest.mark.parametrize(
    ("kind", "status", "content"),
    [
        ("status:429", 429, error(10022)),
        ("status:500", 500, error(10001)),
        ("status:503", 503, error(10002)),
        ("expired_token", 401, error(21327)),
    ],
)
def test_faults_refuse_as_the_platform_does(
    sandbox: SandboxProcess, kind: str, status: int, content: dict[str, Any]
) -> None:
    sandbox.fault(kind, times=1, retryAfter=9, path="/weibo")
    assert sandbox.call("GET", f"{STATUSES}/{seen_ids(1)[0]}")[0] == 200
    got, headers, body = sandbox.raw("GET", f"{COUNT}?ids=5&access_token=x")
    assert (got, headers["retry-after"]) == (status, "9")
    assert json.loads(body).items() >= content.items()
    assert sandbox.call("GET", f"{COUNT}?ids=5&access_token=x") == (200, [])


def test_a_truncated_answer_promises_more(sandbox: SandboxProcess) -> None:
    sandbox.fault("truncated", times=1)
    address = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port or 0, timeout=5)
    connection.request("GET", f"{COUNT}?ids={seen_ids(1)[0]}&access_token=x")
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    assert len(caught.value.partial) > 0
    connection.close()


def test_slow_garbage_and_huge_answers(sandbox: SandboxProcess) -> None:
    path = f"{COUNT}?ids={seen_ids(1)[0]}&access_token=x"
    sandbox.fault("slow:0.3", times=1)
    started_at = time.monotonic()
    assert sandbox.call("GET", path)[0] == 200
    assert time.monotonic() - started_at >= 0.3
    sandbox.fault("garbage", times=1)
    status, headers, _ = sandbox.raw("GET", path)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    sandbox.fault("huge", times=1)
    assert len(sandbox.raw("GET", path)[2]) > 8 * 1024 * 1024


def test_deleted_and_falling(sandbox: SandboxProcess) -> None:
    gone, there = seen_ids(2)
    sandbox.fault(f"deleted:{gone}")
    sandbox.fault("falling:10")
    rows = sandbox.call("GET", f"{COUNT}?ids={gone},{there}&access_token=x")[1]
    fallen = int(counters(there)["discussions"] * 0.9)
    assert [(row["id"], row["comments"]) for row in rows] == [(int(there), fallen)]
    status, content = sandbox.call("GET", f"{SHOW}?id={gone}&access_token=x")
    assert (status, content["error_code"]) == (400, 20101)
    assert sandbox.call("GET", f"{STATUSES}/{gone}")[0] == 404
    assert sandbox.call("DELETE", "/faults") == (204, None)
    assert len(sandbox.call("GET", f"{COUNT}?ids={gone},{there}&access_token=x")[1]) == 2


@pytest.mark.parametrize(
    "wish",
    [
        None,
        7,
        {},
        {"kind": 7},
        {"kind": "earthquake"},
        {"kind": "status:200"},
        {"kind": "status:x"},
        {"kind": "slow:-1"},
        {"kind": "slow:nan"},
        {"kind": "code:x"},
        {"kind": "falling:101"},
        {"kind": "garbage", "after": -1},
        {"kind": "deleted:x"},
        {"kind": "truncated:7"},
        {"kind": "garbage", "times": 0},
        {"kind": "garbage", "times": True},
        {"kind": "garbage", "seconds": "5"},
        {"kind": "garbage", "colour": "red"},
    ],
    ids=repr,
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: SandboxProcess, wish: Any) -> None:
    status, content = sandbox.call("POST", "/faults", wish)
    assert status == 400
    assert content["error"]
    assert sandbox.call("GET", "/faults") == (200, [])


def test_faults_end_after_their_times_or_seconds() -> None:
    now = [0.0]
    faults = Faults(lambda: now[0])
    faults.add({"kind": "status:500", "times": 2})
    faults.add({"kind": "garbage", "seconds": 5})
    assert [fault["kind"] for fault in faults.listed()] == ["status:500", "garbage"]
    assert [faults.take("/").status for _ in range(3)] == [500, 500, None]
    now[0] = 5.0
    assert faults.take("/").marks == set()
    assert faults.listed() == []
    with pytest.raises(WrongFault):
        faults.add({"kind": "slow:inf"})


def test_the_page_explains_and_the_requests_are_seen(sandbox: SandboxProcess) -> None:
    sandbox.call("GET", f"{COUNT}?ids=5&access_token=secret")
    seen = sandbox.requests()[-1]
    assert (seen["path"], seen["status"]) == (COUNT, 200)
    assert seen["query"] == [["ids", "5"], ["access_token", "…"]]
    status, page = sandbox.call("GET", "/")
    assert status == 200
    for text in ("Sandbox platform", HOUR, COUNT, "status:…"):
        assert text in page
    assert "secret" not in page


def test_the_clock_can_be_set_within_the_data(sandbox: SandboxProcess) -> None:
    assert sandbox.call("PUT", "/clock", {"hour": "2030-01-01T00"})[1]["hour"] == "2025-10-12T23"
    assert sandbox.call("PUT", "/clock", {"hour": "1999-01-01T00"})[1]["hour"] == "2025-09-29T00"
    wishes: list[Any] = [{"hour": "soon"}, {"hour": 7}, {}, [], None]
    for wrong in wishes:
        assert sandbox.call("PUT", "/clock", wrong)[0] == 400
    assert sandbox.call("GET", "/clock")[1]["hour"] == "2025-09-29T00"


def test_the_clock_runs_stops_and_goes_on(tmp_path: Path) -> None:
    now = [0.0]
    place = tmp_path / "deep" / "clock.json"

    def clock(start: int) -> ReplayClock:
        return ReplayClock(
            start=start, first=100, last=200, speed=360, path=place, monotonic=lambda: now[0]
        )

    first = clock(110)
    assert first.hour() == 110
    now[0] += 25
    assert first.position() == pytest.approx(112.5)
    first.keep()
    second = clock(110)
    assert second.position() == pytest.approx(112.5)
    now[0] += 10_000
    assert second.position() == 200
    place.write_text("{", encoding="utf-8")
    assert clock(110).hour() == 110
    assert list(place.parent.iterdir()) == [place]


def test_the_position_survives_a_restart(tmp_path: Path) -> None:
    place = tmp_path / "clock.json"
    with sandbox_process(speed=36_000, clock_path=place) as sandbox:
        time.sleep(0.5)
        reached = hour_number(sandbox.call("GET", "/clock")[1]["hour"])
    kept = json.loads(place.read_text())["position"]
    assert kept >= reached > hour_number(HOUR)
    with sandbox_process(speed=0, clock_path=place) as sandbox:
        assert sandbox.call("GET", "/clock")[1]["hour"] == hour_text(int(kept))


def test_stopping_waits_for_nobody(process: SandboxProcess) -> None:
    with sandbox_process() as sandbox:
        sandbox.fault("slow:60")
        address = urlsplit(sandbox.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port or 0)
        connection.request("GET", f"{COUNT}?ids=5&access_token=x")
        time.sleep(0.2)
        stopped_at = time.monotonic()
        sandbox.process.send_signal(signal.SIGINT)
        assert sandbox.process.wait(10) == 0
        assert time.monotonic() - stopped_at < 5
        connection.close()


def test_a_taken_port_is_refused(process: SandboxProcess) -> None:
    port = str(urlsplit(process.url).port)
    second = subprocess.run(
        [sys.executable, "-c", RUN, port, "0", "", HOUR, "1"],
        cwd=ROOT,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 1
    assert b"Address already in use" in second.stderr
