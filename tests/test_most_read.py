"""What is read most now: by the derived hours, of what the viewer sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio
from tortoise.connection import get_connection

from domain.articles import actions as articles
from tests.access_table.district import District, make_district
from tests.graph import Graph, graph
from tests.rows import EDITOR, make_article, make_category

NOW_READ = """query($organization: ID, $category: ID, $hours: Int = 24, $first: Int = 10) {
    mostReadNow(
        organizationId: $organization, inCategory: $category, hours: $hours, first: $first
    ) { rank gained article { title } reads { value status coverage { known counted } } } }"""
HOUR = (
    "INSERT INTO engagement_hourly (subject_kind, subject_id, metric, hour, value)"
    " VALUES ('ARTICLE', $1, 'READS', date_trunc('hour', $2::timestamptz), $3)"
)
NOTHING_KNOWN = {"value": None, "status": "UNAVAILABLE", "coverage": {"known": 0, "counted": 0}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def read(database_url: str) -> AsyncIterator[tuple[Graph, District]]:
    async with graph(database_url) as opened:
        district = await make_district()
        now = datetime.now(UTC)
        top = await make_category("要闻")
        below = await make_category("本地", top)
        sports = await make_category("体育")
        for title, home, category, hours in (
            ("此刻", district.here, below, ((1, 50), (2, 30))),
            ("昨天", district.here, top, ((30, 500),)),
            ("那边", district.elsewhere, sports, ((1, 60),)),
            ("稿子", district.here, top, ((1, 1000),)),
            ("无人", district.here, top, ()),
        ):
            number = await make_article(home, title=title, category_id=f"Category:{category}")
            if title != "稿子":
                await articles.publish(EDITOR, number, 1)
            for ago, value in hours:
                values = [number, now - timedelta(hours=ago), value]
                await get_connection("default").execute_query(HOUR, values)
        district.ids.update(top=f"Category:{top}", sports=f"Category:{sports}")
        yield opened, district


async def asked(
    read: tuple[Graph, District], caller: str = "anonymous", **given: Any
) -> list[tuple[int, str, int]]:
    opened, district = read
    answer = await opened.ask(NOW_READ, token=district.tokens[caller], **given)
    assert all(each["reads"] == NOTHING_KNOWN for each in answer["mostReadNow"])
    return [
        (each["rank"], each["article"]["title"], each["gained"]) for each in answer["mostReadNow"]
    ]


async def test_the_last_hours_count(read: tuple[Graph, District]) -> None:
    assert await asked(read) == [(1, "此刻", 80), (2, "那边", 60)]
    assert await asked(read, hours=1) == [(1, "那边", 60), (2, "此刻", 50)]
    assert await asked(read, hours=72, first=1) == [(1, "昨天", 500)]


async def test_of_an_organization_and_a_category(read: tuple[Graph, District]) -> None:
    _, district = read
    here, root = district.ids["here"], district.ids["root"]
    assert await asked(read, organization=here) == [(1, "此刻", 80)]
    assert len(await asked(read, organization=root)) == 2
    sports, top = district.ids["sports"], district.ids["top"]
    assert await asked(read, category=sports) == [(1, "那边", 60)]
    assert await asked(read, organization=here, category=sports) == []
    assert await asked(read, category=top) == [(1, "此刻", 80)]
    assert await asked(read, category=top, organization=district.ids["elsewhere"]) == []


async def test_drafts_are_read_by_those_who_see_them(read: tuple[Graph, District]) -> None:
    assert await asked(read, "author", first=1) == [(1, "稿子", 1000)]
    assert "稿子" not in [title for _, title, _ in await asked(read, "author elsewhere")]


async def test_a_period_has_bounds(read: tuple[Graph, District]) -> None:
    opened, _ = read
    for hours in (0, 73):
        error = await opened.error(NOW_READ, hours=hours)
        assert error["message"] == f"`hours` must be from 1 to 72, not {hours}"
