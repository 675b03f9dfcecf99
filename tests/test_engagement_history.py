"""What was believed when: every past moment answers as it would have answered then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.engagement.actions.record import NewObservation
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.thinning import thin_history
from domain.engagement.derivation import Observed, derive
from domain.engagement.rules import Bound, Finality
from tests import engagement_district as d
from tests.graph import Graph, graph

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = """query ($post: ID!, $then: DateTime!) {
  now: node(id: $post) { ... on Post { reads { ...figures } series(since: "2025-10-01",
    until: "2025-10-09") { value } } }
  then: node(id: $post) { ... on Post { reads(asOf: $then) { ...figures } series(
    since: "2025-10-01", until: "2025-10-09", asOf: $then) { value }
    article { reads(asOf: $then) { ...figures } } } }
}
fragment figures on MetricValue { value status coverage { known counted stale } }
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> d.District:
    district = await d.build()
    await d.rows(
        "UPDATE article SET status = 'PUBLISHED', public_number = 1, published_at = listed_at"
        " WHERE id = $1",
        district.article,
    )
    return district


async def told(*observations: NewObservation) -> datetime:
    """Record and roll up; a moment at which all of it was believed."""
    await d.take(*observations)
    await roll_up_all(zone=d.ZONE)
    return await moment()


async def moment() -> datetime:
    found: datetime = (await d.rows("SELECT clock_timestamp() AS now"))[0]["now"]
    return found


async def new_post(district: d.District, name: str) -> int:
    home: dict[str, Any] = {"organization_id": district.point, "article_id": district.article}
    return await d.post(district, name, posted_at=DAY, **home)


def figures(value: int | None, status: str, counted: int, known: int, stale: int) -> Any:
    coverage = {"known": known, "counted": counted, "stale": stale}
    return {"value": value, "status": status, "coverage": coverage}


async def test_a_past_moment_answers_as_it_would_have_answered_then(
    opened: Graph, district: d.District
) -> None:
    before = await moment()
    post = await new_post(district, "restated")
    first = await told(
        d.reads(post, 100, DAY, bound=Bound.AT_LEAST, finality=Finality.PROVISIONAL),
        d.reads(post, 150, DAY + 24 * HOUR),
    )
    second = await told(d.reads(post, 120, DAY + 24 * HOUR + timedelta(seconds=1)))

    async def at(then: datetime) -> Any:
        return await opened.ask(ASKED, post=f"Post:{post}", then=then.isoformat())

    found = await at(second)
    assert found["now"]["reads"] == found["then"]["reads"] == figures(120, "STALE", 1, 1, 1)
    assert found["now"]["series"] == found["then"]["series"] == [{"value": 100}, {"value": 20}]
    found = await at(first)
    assert found["then"]["reads"] == figures(150, "STALE", 1, 1, 1)
    assert found["then"]["series"] == [{"value": 100}, {"value": 50}]
    assert found["then"]["article"]["reads"] == figures(150, "STALE", 1, 1, 1)
    found = await at(before)
    assert found["then"]["reads"] == figures(None, "UNAVAILABLE", 0, 0, 0)
    assert found["then"]["series"] == []


async def test_a_leaderboard_of_the_past(opened: Graph, district: d.District) -> None:
    leading = await new_post(district, "leading")
    earlier = await told(d.reads(leading, 1_000, DAY + HOUR))
    await told(d.reads(leading, 5_000, DAY + 2 * HOUR))
    query = """query ($then: DateTime, $since: Date) {
      leaderboard(of: ORGANIZATIONS, since: $since, until: "2025-10-09", asOf: $then, first: 1) {
        value subject { id } } }"""
    total = query.replace(
        '(of: ORGANIZATIONS, since: $since, until: "2025-10-09"', "(of: ORGANIZATIONS"
    )
    total = total.replace(", $since: Date", "")
    values = {}
    for name, then in (("then", earlier.isoformat()), ("now", None)):
        everything = await opened.ask(total, then=then)
        period = await opened.ask(query, then=then, since="2025-10-01")
        values[name] = everything["leaderboard"][0]["value"], period["leaderboard"][0]["value"]
    assert [now - then for then, now in zip(*values.values(), strict=True)] == [4_000, 4_000]


async def test_a_day_that_is_no_more_is_believed_until_then(
    opened: Graph, district: d.District
) -> None:
    post = await new_post(district, "shrunk")
    earlier = await told(d.reads(post, 10, DAY), d.reads(post, 30, DAY + 48 * HOUR))
    await d.rows(
        "DELETE FROM engagement_daily WHERE subject_kind = 'POST' AND subject_id = $1", post
    )
    found = await opened.ask(ASKED, post=f"Post:{post}", then=earlier.isoformat())
    assert found["now"]["series"] == []
    assert found["then"]["series"] == [{"value": 10}, {"value": 20}]
    await d.rows("INSERT INTO engagement_dirty (post_id, metric) VALUES ($1, 'READS')", post)
    await roll_up_all(zone=d.ZONE)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 900)), min_size=1, max_size=4),
        min_size=1,
        max_size=5,
    )
)
async def test_as_of_a_moment_is_what_follows_from_what_was_known_then(
    district: d.District, steps: list[list[tuple[int, int]]]
) -> None:
    """As-of is monotone in knowledge: what came later changes no answer about before."""
    post = await new_post(district, f"post-{await moment()}")
    known: list[Observed] = []
    believed: list[tuple[datetime, list[Observed]]] = []
    for step in steps:
        said = [d.reads(post, value, DAY + hours * HOUR) for hours, value in step]
        known += [Observed(each.value, each.observed_at) for each in said]
        believed.append((await told(*said), list(known)))
    for then, knowledge in believed:
        derived = derive(knowledge, posted_at=DAY, zone=d.ZONE)
        assert derived.total is not None
        total = await d.rows(
            "SELECT value, as_of FROM engagement_total_history WHERE subject_kind = 'POST'"
            " AND subject_id = $1 AND metric = 'READS' AND believed_from <= $2"
            " ORDER BY believed_from DESC LIMIT 1",
            post,
            then,
        )
        assert total == [{"value": derived.total.value, "as_of": derived.total.as_of}]
        days = await d.rows(
            "SELECT * FROM (SELECT DISTINCT ON (day) day, value FROM engagement_daily_history"
            " WHERE subject_kind = 'POST' AND subject_id = $1 AND metric = 'READS'"
            " AND believed_from <= $2 ORDER BY day, believed_from DESC) d WHERE value IS NOT NULL",
            post,
            then,
        )
        assert {row["day"]: row["value"] for row in days} == derived.daily


async def test_after_a_week_the_past_is_kept_by_the_hour(
    opened: Graph, district: d.District
) -> None:
    post = await new_post(district, "thinned")
    await told(d.reads(post, 1, DAY))
    await d.rows(
        "DELETE FROM engagement_total_history WHERE subject_id = $1 AND metric = 'READS'"
        " AND subject_kind = 'POST'",
        post,
    )
    minutes = {0: 10, 20: 11, 59: 12, 61: 13, 300: 14}
    for minute, value in minutes.items():
        await d.rows(
            "INSERT INTO engagement_total_history SELECT subject_kind, subject_id, metric,"
            " $2::timestamptz, $3::bigint, as_of, stale_at, known, counted, at_least, provisional,"
            " people, reposts, definition, breaks, addition FROM engagement_total"
            " WHERE subject_kind = 'POST' AND subject_id = $1 AND metric = 'READS'",
            post,
            DAY + timedelta(minutes=minute),
            value,
        )

    async def kept() -> list[int]:
        found = await d.rows(
            "SELECT value FROM engagement_total_history WHERE subject_kind = 'POST'"
            " AND subject_id = $1 AND metric = 'READS' ORDER BY believed_from",
            post,
        )
        return [row["value"] for row in found]

    assert await thin_history(DAY + timedelta(days=7)) == 0
    assert await kept() == [10, 11, 12, 13, 14]
    assert await thin_history(DAY + timedelta(days=7, hours=1)) == 2
    assert await kept() == [12, 13, 14]
    assert await thin_history(DAY + timedelta(days=9)) == 0
    assert await kept() == [12, 13, 14]
