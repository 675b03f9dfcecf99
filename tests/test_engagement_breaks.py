"""A series shows where what is counted changed: as the derivation finds it, for any history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.engagement.actions.record import NewObservation
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.derivation import Observed, derive
from domain.engagement.rules import ValueKind
from tests import engagement_district as d
from tests.graph import Graph, graph

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
OLD, PEOPLE, WEIBO = "wechat.page_reads", "wechat.read_users/2025-11", "weibo.reads/2013-03"
NUMBER = count()
ASKED = "query ($id: ID!) { engagementSeries(id: $id) { breaks { at before after posts } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> d.District:
    return await d.build()


async def breaks(opened: Graph, id_: str) -> Any:
    return (await opened.ask(ASKED, id=id_))["engagementSeries"]["breaks"]


async def test_a_campaign_shows_the_breaks_of_its_posts(
    opened: Graph, district: d.District
) -> None:
    for name in ("one", "other", "unbroken"):
        post = await d.post(
            district, name, organization_id=district.point, campaign_id=district.campaign
        )
        later = OLD if name == "unbroken" else PEOPLE
        await d.take(
            d.reads(post, 9, DAY, definition=OLD),
            d.reads(post, 5, DAY + timedelta(days=1), definition=later),
        )
    await roll_up_all(zone=d.ZONE)
    assert await breaks(opened, f"Campaign:{district.campaign}") == [
        {"at": "2025-10-03T01:00:00+00:00", "before": OLD, "after": PEOPLE, "posts": 2}
    ]


@st.composite
def words(draw: st.DrawFn) -> NewObservation:
    moment = DAY + timedelta(hours=draw(st.integers(0, 9)))
    period: dict[str, Any] = {}
    if draw(st.booleans()):
        ends = moment + timedelta(hours=1)
        period = {"period_starts_at": moment, "period_ends_at": ends}
        period["value_kind"] = ValueKind.INTERVAL
    code = draw(st.sampled_from([OLD, PEOPLE, WEIBO, "ours", "wechat.public_reads"]))
    return d.reads(0, draw(st.integers(0, 9)), moment, definition=code, **period)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(words(), min_size=2, max_size=8))
async def test_the_graph_finds_the_breaks_of_the_derivation(
    opened: Graph, district: d.District, drawn: list[NewObservation]
) -> None:
    post = await d.post(district, f"post-{next(NUMBER)}", organization_id=district.point)
    given_ = [d.reads(post, each.value, each.observed_at, **_rest(each)) for each in drawn]
    await d.take(*given_)
    await roll_up_all(zone=d.ZONE)
    history = [Observed(*(getattr(each, name) for name in Observed._fields)) for each in given_]
    derived = derive(history, posted_at=d.POSTED, zone=d.ZONE)
    found = await breaks(opened, f"Post:{post}")
    assert [(each["at"], each["before"], each["after"]) for each in found[::-1]] == [
        (each.at.isoformat(), each.before, each.after) for each in derived.breaks
    ]


def _rest(each: NewObservation) -> dict[str, Any]:
    names = ("definition", "value_kind", "period_starts_at", "period_ends_at")
    return {name: getattr(each, name) for name in names}
