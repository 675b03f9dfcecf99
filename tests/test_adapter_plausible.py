"""What is particular to Plausible."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.engagement.rules import Finality
from domain.pulling.rules import BudgetRule
from tests.adapters import SAMPLES
from tests.adapters.plausible import DAYS, content, rows
from tests.adapters.sample import ASKING, NOW, answer, failure, post
from workers.platforms.daily import key_scope
from workers.platforms.failures import Expired, Refused
from workers.platforms.protocol import AskedPost

PLAUSIBLE = SAMPLES["plausible"]
HOURLY = SAMPLES["plausible-hourly"]
DAY = timedelta(days=1)


def seen(name: str, *, posted_at: datetime, seen_at: datetime | None) -> AskedPost:
    return AskedPost(name, posted_at, f"https://site.example/{name}", seen_at)


def asked(*posts: AskedPost, now: datetime = NOW, **options: Any) -> dict[str, Any]:
    account = replace(PLAUSIBLE.account, options=options)
    request = PLAUSIBLE.adapter.build(account, posts, ASKING._replace(now=now))
    query: dict[str, Any] = json.loads(request.body or b"")
    return query


def test_an_empty_bucket_of_a_page_that_is_known_is_zero() -> None:
    only_first_days = [row for row in rows(DAYS) if row["dimensions"][1] == DAYS[0]]
    reading = PLAUSIBLE.read({**content(DAYS, DAYS), "results": only_first_days})
    assert [(each.external_id, each.value) for each in reading.values] == [
        ("41", 250),
        ("41", 0),
        ("42", 1000),
        ("42", 0),
    ]
    assert [each.finality for each in reading.values][:2] == [Finality.FINAL, Finality.PROVISIONAL]


def test_a_page_without_any_pageview_stays_unknown() -> None:
    of_the_first = [row for row in rows(DAYS) if row["dimensions"][0] == "/"]
    reading = PLAUSIBLE.read({**content(DAYS, DAYS), "results": of_the_first})
    assert {each.external_id for each in reading.values} == {"41"}


def test_without_labels_nothing_is_taken_for_zero() -> None:
    only_first = {"results": rows(DAYS)[:1], "meta": {}}
    assert [each.value for each in PLAUSIBLE.read(only_first).values] == [250]


def test_hours_and_days_to_come_are_not_zero_yet() -> None:
    labels = [f"2026-03-01 {hour:02}:00:00" for hour in range(24)]
    given = content(labels[10:12], [DAYS[1], DAYS[1]])
    given["meta"] = {"time_labels": labels}
    found = [each for each in HOURLY.read(given).values if each.external_id == "41"]
    # The post appeared at 9, it is 12: hours 9 to 12 are about it, and the last one has begun.
    assert [(each.period_starts_at, each.value) for each in found] == [
        (datetime(2026, 3, 1, 1, tzinfo=UTC), 0),
        (datetime(2026, 3, 1, 2, tzinfo=UTC), 250),
        (datetime(2026, 3, 1, 3, tzinfo=UTC), 0),
        (datetime(2026, 3, 1, 4, tzinfo=UTC), 0),
    ]


def test_days_that_are_over_are_asked_about_twice_more() -> None:
    old = NOW - 40 * DAY
    ranges = [
        asked(seen("a", posted_at=old, seen_at=seen_at))["date_range"]
        for seen_at in (NOW - timedelta(minutes=5), NOW - DAY, NOW - 9 * DAY, None)
    ]
    assert [first for first, _ in ranges] == [
        "2026-03-01",
        "2026-02-27",
        "2026-02-19",
        "2026-01-20",
    ]
    assert {last for _, last in ranges} == {"2026-03-01"}
    young = seen("a", posted_at=NOW - DAY, seen_at=NOW - DAY)
    assert asked(young)["date_range"][0] == "2026-02-28", "never before it appeared"
    ancient = seen("a", posted_at=NOW - 900 * DAY, seen_at=None)
    assert asked(ancient)["date_range"][0] == "2025-03-01", "a year at most"


def test_days_are_those_of_the_sites_zone() -> None:
    late = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    one = seen("a", posted_at=late, seen_at=None)
    assert asked(one, now=late)["date_range"] == ["2026-03-02", "2026-03-02"]
    assert asked(one, now=late, time_zone="America/Los_Angeles")["date_range"][0] == "2026-03-01"
    caught = failure(lambda: asked(one, time_zone="Nowhere/At_All"))
    assert (type(caught), caught.reason) == (
        Refused,
        "the account's option time_zone is no time zone",
    )


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://site.example", "/"),
        ("https://site.example/a/b/", "/a/b/"),
        ("https://site.example/a?from=wx#top", "/a"),
        ("https://site.example/%E6%96%B0%E9%97%BB", "/新闻"),
        ("https://site.example/a%20", "/a"),
        ("", "/given/as/id"),
    ],
)
def test_a_posts_page_is_the_path_of_its_address(url: str, page: str) -> None:
    one = AskedPost("/given/as/id", NOW, url)
    assert asked(one)["filters"] == [["is", "event:page", [page]]]


def test_posts_that_need_the_same_days_go_together_as_many_as_fit() -> None:
    adapter, account = PLAUSIBLE.adapter, PLAUSIBLE.account
    just_now = NOW - timedelta(minutes=5)
    fresh = [seen(str(n), posted_at=NOW - n * DAY, seen_at=just_now) for n in range(150)]
    new = [seen(f"n{n}", posted_at=NOW - 200 * DAY, seen_at=None) for n in range(60)]
    assert adapter.choose(account, [*fresh, *new], NOW) == fresh[:100]
    # 201 days of a page are 201 rows: 49 pages fit into 10,000.
    assert adapter.choose(account, [*new, *fresh], NOW) == new[:49]
    hourly = replace(account, options={"hourly": True})
    assert adapter.choose(hourly, [*new, *fresh], NOW) == new[:1]
    assert adapter.choose(hourly, [*fresh, *new], NOW) == fresh[:100]


def test_an_hour_that_clocks_repeat_is_two_hours_long() -> None:
    label = "2025-11-02 01:00:00"
    given = {"results": [{"dimensions": ["/a", label], "metrics": [5]}]}
    account = replace(HOURLY.account, options={"time_zone": "America/Los_Angeles"})
    one = AskedPost("1", datetime(2025, 11, 1, tzinfo=UTC), "https://site.example/a")
    later = replace(answer(given), received_at=datetime(2025, 11, 5, tzinfo=UTC))
    (value,) = HOURLY.adapter.read(account, [one], later).values
    assert value.period_starts_at == datetime(2025, 11, 2, 8, tzinfo=UTC)
    assert value.period_ends_at == datetime(2025, 11, 2, 10, tzinfo=UTC)


def test_allowance_and_key() -> None:
    rule = PLAUSIBLE.adapter.budget(PLAUSIBLE.account)
    key = PLAUSIBLE.account.token
    assert rule == BudgetRule(f"plausible:key:{key_scope(key)}", 600, 3600)
    account = replace(PLAUSIBLE.account, secrets={})
    assert type(failure(lambda: PLAUSIBLE.build(account))) is Expired


def test_two_posts_with_one_address_are_one_page() -> None:
    twins = [post(name, NOW - DAY, "https://site.example/a") for name in ("1", "2")]
    assert asked(*twins)["filters"] == [["is", "event:page", ["/a"]]]
    given = {"results": [{"dimensions": ["/a", DAYS[1]], "metrics": [5]}]}
    found = PLAUSIBLE.adapter.read(PLAUSIBLE.account, twins, answer(given)).values
    assert [(each.external_id, each.value) for each in found] == [("1", 5), ("2", 5)]
