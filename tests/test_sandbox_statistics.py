"""The sandbox's YouTube, Plausible and WordPress.com over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.limits import Limit, RateLimit, day_in
from sandbox.topics import Topic, topic_id
from tests.platforms import SandboxProcess, counters, sandbox_process, seen_ids, unseen_ids

VIDEOS = "/youtube/v3/videos"
BATCH = "/youtube/v3/videos:batchGetStats"
QUERY = "/plausible/api/v2/query"
POSTS = "/wordpress/rest/v1.1/sites/sandbox.example/stats"
KEY = {"Authorization": "Bearer a-key"}
WEDDING = topic_id("李纯马頔结婚")
"""Seen from 2025-10-02T12 on, with 8,533,000 reads; 280,000,000 at 23 h, 300,000,000 at 03 h."""


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with sandbox_process() as opened:
        yield opened


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.reset()
    return process


def ask(sandbox: SandboxProcess, **changes: Any) -> tuple[int, Any]:
    wish = {
        "site_id": "sandbox.example",
        "metrics": ["pageviews"],
        "date_range": ["2025-10-01", "2025-10-03"],
        "dimensions": ["event:page", "time:day"],
        "filters": [["is", "event:page", [f"/topics/{WEDDING}"]]],
    }
    return sandbox.call("POST", QUERY, {**wish, **changes}, **KEY)


def rows(answer: tuple[int, Any]) -> list[list[Any]]:
    assert answer[0] == 200
    return [[*row["dimensions"], *row["metrics"]] for row in answer[1]["results"]]


# YouTube.


def test_videos_give_numbers_as_text_and_leave_out_what_is_hidden(sandbox: SandboxProcess) -> None:
    seen, other = seen_ids(2)
    (unseen,) = unseen_ids(1)
    query = f"?part=statistics&id={seen},{unseen},{other},dQw4w9WgXcQ&key=k"
    status, answer = sandbox.call("GET", VIDEOS + query)
    expected = [
        {
            "kind": "youtube#video",
            "id": name,
            "statistics": {
                "viewCount": str(counters(name)["reads"]),
                "commentCount": str(counters(name)["discussions"]),
            },
        }
        for name in (seen, other)
    ]
    assert (status, answer["items"]) == (200, expected)


def test_batch_statistics_say_what_failed(sandbox: SandboxProcess) -> None:
    (seen,), (unseen,) = seen_ids(1), unseen_ids(1)
    status, answer = sandbox.call("GET", f"{BATCH}?part=statistics&id={seen},{unseen}&key=k")
    assert status == 200
    assert answer["items"][0]["statistics"]["viewCount"] == str(counters(seen)["reads"])
    assert answer["summary"] == {
        "requestedVideoCount": 2,
        "succeededVideoCount": 1,
        "failedVideoCount": 1,
        "failedVideoIds": [unseen],
    }


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("part=statistics&id=5", 403, "forbidden"),
        ("part=statistics&id=5&key=invalid-1", 400, "keyInvalid"),
        ("part=statistics&key=k", 400, "missingRequiredParameter"),
        ("id=5&key=k", 400, "missingRequiredParameter"),
        (f"part=id&id={','.join(map(str, range(51)))}&key=k", 400, "invalidParameter"),
    ],
)
def test_youtube_refuses(sandbox: SandboxProcess, query: str, status: int, reason: str) -> None:
    for path in (VIDEOS, BATCH):
        got, answer = sandbox.call("GET", f"{path}?{query}")
        assert (got, answer["error"]["errors"][0]["reason"]) == (status, reason)
        assert answer["error"]["code"] == status


def test_youtube_faults_and_its_key_is_shown_nowhere(sandbox: SandboxProcess) -> None:
    path = f"{VIDEOS}?part=statistics&id=5&key=k"
    for kind, status, reason in (
        ("expired_token", 400, "keyInvalid"),
        ("status:429", 429, "rateLimitExceeded"),
        ("status:500", 500, "backendError"),
    ):
        sandbox.fault(kind, times=1)
        got, answer = sandbox.call("GET", path)
        assert (got, answer["error"]["errors"][0]["reason"]) == (status, reason)
    assert ["key", "…"] in sandbox.requests()[-1]["query"]


def test_youtubes_day_begins_at_midnight_in_california() -> None:
    pacific = ZoneInfo("America/Los_Angeles")
    now = [datetime(2025, 11, 2, 0, 0, tzinfo=pacific).timestamp()]
    quota = RateLimit(Limit(1, day_in(pacific)), lambda: now[0])
    # Clocks are put back on that day: it has 25 hours.
    assert quota.take("k") == (1, 0, now[0] + 25 * 3600, False)
    assert quota.take("k").exceeded
    now[0] += 25 * 3600 - 1
    assert quota.take("k").exceeded
    now[0] += 1
    assert not quota.take("k").exceeded


def test_each_method_has_a_quota_of_its_own_and_it_ends() -> None:
    with sandbox_process(generosity=0) as sandbox:
        for path in (VIDEOS, BATCH):
            status, answer = sandbox.call("GET", f"{path}?part=statistics&id=5&key=k")
            assert status == 403
            assert answer["error"]["errors"][0] == {
                "message": "The request cannot be completed because you have exceeded your quota.",
                "domain": "youtube.quota",
                "reason": "quotaExceeded",
            }
        assert sandbox.call("POST", QUERY, {}, **KEY)[0] == 429


# Plausible.


def test_pageviews_by_day_leave_out_empty_days(sandbox: SandboxProcess) -> None:
    page = f"/topics/{WEDDING}"
    assert rows(ask(sandbox)) == [
        [page, "2025-10-02", 280_000_000],
        [page, "2025-10-03", 20_000_000],
    ]
    status, answer = ask(sandbox, include={"time_labels": True, "total_rows": True})
    assert status == 200
    assert answer["meta"] == {
        "time_labels": ["2025-10-01", "2025-10-02", "2025-10-03"],
        "total_rows": 2,
    }
    assert answer["query"]["date_range"] == [
        "2025-10-01T00:00:00+08:00",
        "2025-10-03T23:59:59+08:00",
    ]


def test_days_are_those_of_the_sites_zone(sandbox: SandboxProcess) -> None:
    # Midnight in Los Angeles was 15:00 in Shanghai: 120,000,000 by then.
    answer = ask(sandbox, site_id="los-angeles.sandbox.example", dimensions=["time:day"])
    assert rows(answer) == [["2025-10-01", 120_000_000], ["2025-10-02", 180_000_000]]


def test_pageviews_by_hour(sandbox: SandboxProcess) -> None:
    days = ["2025-10-02", "2025-10-02"]
    found = rows(ask(sandbox, date_range=days, dimensions=["time:hour"]))
    assert found[:3] == [
        ["2025-10-02 12:00:00", 8_533_000],
        ["2025-10-02 13:00:00", 60_640_000],
        ["2025-10-02 14:00:00", 50_827_000],
    ]
    assert (len(found), sum(row[1] for row in found)) == (12, 280_000_000)


def test_the_latest_hours_correct_themselves(sandbox: SandboxProcess) -> None:
    day = {"date_range": ["2025-10-02", "2025-10-02"], "dimensions": ["time:day"]}
    shown = []
    for hour in ("2025-10-02T14", "2025-10-02T16", "2025-10-02T23", "2025-10-03T08"):
        sandbox.call("PUT", "/clock", {"hour": hour})
        shown += [row[1] for row in rows(ask(sandbox, **day))]
    # At 14 h a hundredth of 60,640,000 and 50,827,000 is missing, and so on.
    assert shown == [118_885_330, 179_400_000, 279_800_000, 280_000_000]


def test_sums_pages_filters_and_ranges(sandbox: SandboxProcess) -> None:
    assert rows(ask(sandbox, dimensions=[])) == [[300_000_000]]
    assert rows(ask(sandbox, dimensions=[], date_range="day")) == [[20_000_000]]
    assert rows(ask(sandbox, dimensions=[], date_range="7d")) == [[300_000_000]]
    found = rows(ask(sandbox, dimensions=["event:page"], filters=[], pagination={"limit": 3}))
    assert len(found) == 3
    assert found[0][1] >= found[1][1] >= found[2][1] > 0
    second = rows(
        ask(sandbox, dimensions=["event:page"], filters=[], pagination={"limit": 1, "offset": 1})
    )
    assert second == found[1:2]
    part = [["contains", "event:page", [str(WEDDING)[:12]]]]
    assert rows(ask(sandbox, dimensions=["event:page"], filters=part)) == [
        [f"/topics/{WEDDING}", 300_000_000]
    ]
    assert rows(ask(sandbox, metrics=["pageviews", "events"], dimensions=[])) == [[300_000_000] * 2]
    sandbox.fault(f"deleted:{WEDDING}")
    assert rows(ask(sandbox)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"date_range": "yesterday"},
        {"date_range": ["2025-10-03", "2025-10-01"]},
        {"date_range": None},
        {"metrics": []},
        {"metrics": ["visitors"]},
        {"dimensions": ["visit:source"]},
        {"dimensions": ["time:day", "time:hour"]},
        {"filters": [["matches", "event:page", ["x"]]]},
        {"pagination": {"limit": 10_001}},
        {"dimensions": [], "include": {"time_labels": True}},
    ],
    ids=repr,
)
def test_plausible_refuses_a_query_that_is_none(
    sandbox: SandboxProcess, changes: dict[str, Any]
) -> None:
    status, answer = ask(sandbox, **changes)
    assert status == 400
    assert answer["error"]


def test_plausible_refuses_strangers(sandbox: SandboxProcess) -> None:
    assert ask(sandbox, site_id="other.example")[0] == 401
    assert sandbox.call("POST", QUERY, {"site_id": "sandbox.example"})[0] == 401
    sandbox.fault("expired_token", times=1)
    assert ask(sandbox)[0] == 401
    assert sandbox.call("POST", QUERY, [], **KEY)[0] == 400
    assert sandbox.requests()[-1]["body"] == "[]"


# WordPress.com.


def test_a_posts_views_day_by_day(sandbox: SandboxProcess) -> None:
    status, answer = sandbox.call("GET", f"{POSTS}/post/{WEDDING}", **KEY)
    assert status == 200
    assert (answer["date"], answer["views"]) == ("2025-10-03", 300_000_000)
    assert answer["fields"] == ["period", "views"]
    assert answer["data"] == [["2025-10-02", 280_000_000], ["2025-10-03", 20_000_000]]
    assert answer["years"] == {"2025": {"months": {"10": 300_000_000}, "total": 300_000_000}}
    assert answer["weeks"] == [
        {
            "days": [
                {"day": "2025-10-02", "count": 280_000_000},
                {"day": "2025-10-03", "count": 20_000_000},
            ],
            "total": 300_000_000,
        }
    ]


def test_days_without_a_view_are_there(sandbox: SandboxProcess) -> None:
    name = topic_id("AG对战EDGM")
    answer = sandbox.call("GET", f"{POSTS}/post/{name}", **KEY)[1]
    assert answer["data"] == [
        ["2025-09-29", 460_000_000],
        *([day, 0] for day in ("2025-09-30", "2025-10-01", "2025-10-02", "2025-10-03")),
    ]


def test_views_of_several_posts(sandbox: SandboxProcess) -> None:
    (unseen,) = unseen_ids(1)
    path = f"{POSTS}/views/posts?post_ids={WEDDING},{unseen}"
    assert sandbox.call("GET", f"{path}&num=2&date=2025-10-03", **KEY) == (
        200,
        {"date": "2025-10-03", "posts": [{"ID": WEDDING, "views": 300_000_000}]},
    )
    assert sandbox.call("GET", path, **KEY)[1]["posts"] == [{"ID": WEDDING, "views": 20_000_000}]
    for wrong in ("num=31", "num=0", "num=x", "date=soon"):
        status, answer = sandbox.call("GET", f"{path}&{wrong}", **KEY)
        assert (status, answer["error"]) == (400, "invalid_input")


def test_wordpress_refuses(sandbox: SandboxProcess) -> None:
    one = f"{POSTS}/post/{WEDDING}"
    cases: list[tuple[str, dict[str, str], int, str]] = [
        (one, {}, 403, "unauthorized"),
        (f"{POSTS}/post/{unseen_ids(1)[0]}", KEY, 404, "unknown_post"),
        (f"{POSTS}/post/x", KEY, 404, "unknown_post"),
        (one.replace("sandbox.example", "other.example"), KEY, 404, "invalid_blog"),
    ]
    for path, headers, status, name in cases:
        got, answer = sandbox.call("GET", path, **headers)
        assert (got, answer["error"]) == (status, name)
    for kind, status, name in (
        ("expired_token", 400, "invalid_token"),
        ("status:403", 403, "unauthorized"),
        (f"deleted:{WEDDING}", 404, "unknown_post"),
    ):
        sandbox.fault(kind, times=1)
        got, answer = sandbox.call("GET", one, **KEY)
        assert (got, answer["error"]) == (status, name)


def test_a_fall_is_no_gain_and_takes_nothing_away() -> None:
    topic = Topic("t", "")
    for hour, reads in ((10, 5), (11, 9), (12, 7), (14, 12)):
        topic.add(hour, {"reads": reads})
    assert [topic.gained("reads", hour, hour + 1) for hour in range(9, 16)] == [0, 5, 4, 0, 0, 3, 0]
    assert topic.gained("reads", 0, 100) == 12
    assert topic.gained("reads", 12, 9) == 0
    assert topic.gained("likes", 0, 100) == 0
