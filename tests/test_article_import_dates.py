"""Articles from elsewhere keep the day on which they were first published."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from api.records import sheet_of
from domain.articles import actions as articles
from domain.articles.exports.selection import Selection, selected
from domain.articles.exports.shapes import as_markdown
from domain.articles.imports.actions import Result, take
from domain.articles.imports.found import Found
from domain.articles.models import Article
from domain.articles.records import published_between, record_of
from domain.articles.rules import ArticleStatus, first_published
from domain.reviews.sampling import Candidate
from tests.graph import Graph, graph
from tests.rows import EDITOR, NOW, World, make_article, make_world
from tests.sources import ATOM, MARKDOWN, PAGE, RSS, WXR, adoption, found

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOURCES = {
    "feed.rss": (RSS, datetime(2026, 3, 2, tzinfo=UTC)),
    "feed.atom": (ATOM, datetime(2026, 3, 2, tzinfo=UTC)),
    "export.xml": (WXR, datetime(2020, 5, 4, 1, 2, 3, tzinfo=UTC)),
    "page.html": (PAGE, datetime(2026, 3, 1, 2, tzinfo=UTC)),
    "a.md": (MARKDOWN, datetime(2026, 3, 2, tzinfo=UTC)),
}
BY_TIME = """{ articles(orderBy: OLDEST) { nodes { title publishedAt sourcePublishedAt } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(opened: Graph) -> World:
    return await make_world()


async def taken(world: World, name: str, content: str, **given: Any) -> Result:
    return await take(EDITOR, found(name, content), adoption(world, **given), lambda done: None)


def number_of(id_: str) -> int:
    return int(id_.partition(":")[2])


@pytest.mark.parametrize("name", SOURCES)
async def test_each_format_says_when(name: str, world: World) -> None:
    content, at = SOURCES[name]
    result = await taken(world, name, content, source=name)
    row = await Article.get(id=number_of(result.taken[0]))
    assert (row.source_published_at, row.published_at) == (at, None)
    assert (row.status, row.listed_at) == (ArticleStatus.DRAFT, NOW)
    await articles.publish(replace(EDITOR, now=NOW + timedelta(days=9)), row.id, 1)
    await row.refresh_from_db()
    assert (row.published_at, row.listed_at) == (at, at)


async def test_what_an_import_publishes_stands_at_its_time(world: World, opened: Graph) -> None:
    here = await make_article(world, title="本地")
    await articles.publish(EDITOR, here, 1)
    result = await taken(world, "export.xml", WXR, source="published", publishes=True)
    old, draft = [number_of(id_) for id_ in result.taken]
    rows = {row.id: row for row in await Article.filter(id__in=[here, old, draft])}
    assert (rows[old].status, rows[draft].status) == (
        ArticleStatus.PUBLISHED,
        ArticleStatus.DRAFT,
    )
    assert rows[old].published_at == datetime(2020, 5, 4, 1, 2, 3, tzinfo=UTC)
    assert rows[draft].source_published_at is None
    nodes = (await opened.ask(BY_TIME))["articles"]["nodes"]
    times = [node["publishedAt"] for node in nodes]
    assert times == sorted(times)
    assert nodes[0] == {
        "title": "旧站文章",
        "publishedAt": "2020-05-04T01:02:03+00:00",
        "sourcePublishedAt": "2020-05-04T01:02:03+00:00",
    }
    own = {"title": "本地", "publishedAt": NOW.isoformat(), "sourcePublishedAt": None}
    assert nodes.count(own) == 1


async def test_the_record_of_what_is_published_here_is_of_that_day(world: World) -> None:
    """Whenever it was where it was taken from: an inspection is of what this site published."""
    result = await taken(world, "export.xml", WXR, source="inspected")
    old = number_of(result.taken[0])
    today = NOW + timedelta(days=40)
    await articles.publish(replace(EDITOR, now=today), old, 1)
    there = datetime(2020, 5, 4, tzinfo=UTC)
    assert await published_between(there, there + timedelta(days=1)) == []
    sampled = await published_between(today, today + timedelta(seconds=1))
    assert sampled == [Candidate(old, world.organization_id)]
    record = await record_of(old)
    assert record is not None
    sheet = sheet_of(record, zone=UTC, language="en")
    assert sheet.facts[4] == ("Published", today.strftime("%Y-%m-%d %H:%M"))
    await articles.withdraw(replace(EDITOR, now=today + timedelta(days=1)), old, 2)
    await articles.publish(replace(EDITOR, now=today + timedelta(days=2)), old, 3)
    assert await published_between(today, today + timedelta(seconds=1)) == sampled
    assert await published_between(today + timedelta(seconds=1), today + timedelta(days=9)) == []


async def test_what_was_written_as_markdown_comes_back_at_its_time(world: World) -> None:
    number = await make_article(
        world, title="旧", markdown="文", source_published_at=NOW - timedelta(days=9)
    )
    (article,) = [each async for each in selected(Selection([number], has_drafts=True))]
    (item,) = found("a.md", as_markdown(article))
    assert isinstance(item, Found)
    assert item.published_at == NOW - timedelta(days=9)
    assert item.is_public is False


async def test_a_day_that_is_still_to_come_is_none() -> None:
    assert first_published(NOW + timedelta(seconds=1), NOW) == NOW
    assert first_published(NOW, NOW) == NOW
    assert first_published(None, NOW) == NOW
