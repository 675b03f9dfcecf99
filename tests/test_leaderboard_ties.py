"""Equal values: they share a place, stand in the same order wherever the list is cut, and a page
goes on where the last one ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain.articles import actions as articles
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Metric, Source
from tests.graph import Graph, graph
from tests.rows import EDITOR, NOW, World, derive, make_article, make_post, make_world

VALUES = (50, 70, 50, 30, 50, 30, None, 0)
"""Reads of eight articles, in the order in which they were made; of one nothing is known."""

PLACES = {1: (1, 70), 4: (2, 50), 2: (2, 50), 0: (2, 50), 5: (5, 30), 3: (5, 30), 7: (7, 0)}
"""By the article's place above: its rank and value, first to last. Of equal ones, the latest made
comes first."""

HALF_KNOWN = 2
"""One of those in the tie has another post, of which nothing is known."""

DAY = NOW - timedelta(days=2)
PAGE = """query($after: String) { articles(first: 2, orderBy: MOST_READ, after: $after) {
    nodes { id reads { value } } pageInfo { hasNextPage endCursor } } }"""


@dataclass(frozen=True)
class Tied:
    graph: Graph
    world: World
    ids: list[int]

    async def leaders(self, arguments: str) -> list[tuple[int, int, int]]:
        """Rank, value, and which article."""
        asked = f"{{ leaderboard(of: ARTICLES{arguments}) {{ rank value subject {{ id }} }} }}"
        rows = (await self.graph.ask(asked))["leaderboard"]
        return [(row["rank"], row["value"], self.place(row["subject"]["id"])) for row in rows]

    def place(self, id_: str) -> int:
        return self.ids.index(int(id_.split(":")[1]))

    async def page(self, after: str | None) -> Any:
        return (await self.graph.ask(PAGE, after=after))["articles"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tied(database_url: str) -> AsyncIterator[Tied]:
    async with graph(database_url) as opened:
        world = await make_world()
        ids = [await _article(world, value) for value in VALUES]
        await make_post(world.account_id, article_id=ids[HALF_KNOWN])
        await derive()
        yield Tied(opened, world, ids)


async def _article(world: World, value: int | None) -> int:
    article_id = await make_article(world)
    await articles.publish(EDITOR, article_id, 1)
    posted_at = DAY - timedelta(hours=1)
    post_id = await make_post(world.account_id, article_id=article_id, posted_at=posted_at)
    if value is None:
        return article_id
    said = NewObservation(
        post_id=post_id,
        metric=Metric.READS,
        value=value,
        observed_at=DAY,
        definition="test.reads/1",
        source=Source.PULL,
    )
    async with transaction() as client:
        await record(client, [said], now=NOW)
    return article_id


SINCE = f', since: "{DAY.date()}"'
RANKED = [(rank, value, place) for place, (rank, value) in PLACES.items()]


@pytest.mark.parametrize("period", ["", SINCE])
async def test_equal_values_share_a_place(tied: Tied, period: str) -> None:
    assert await tied.leaders(f", first: 100{period}") == RANKED


@pytest.mark.parametrize("first", range(1, len(RANKED)))
@pytest.mark.parametrize("period", ["", SINCE])
async def test_a_shorter_list_is_the_beginning_of_a_longer(
    tied: Tied, first: int, period: str
) -> None:
    """Wherever it is cut, in the midst of equal ones too."""
    assert await tied.leaders(f", first: {first}{period}") == RANKED[:first]


@pytest.mark.parametrize("period", ["", SINCE])
async def test_who_lacks_coverage_takes_no_place_in_the_tie(tied: Tied, period: str) -> None:
    expected = [(1, 70, 1), (2, 50, 4), (2, 50, 0), (4, 30, 5), (4, 30, 3), (6, 0, 7)]
    assert await tied.leaders(f", first: 100, minimumCoverage: 0.51{period}") == expected
    assert await tied.leaders(f", first: 100, minimumCoverage: 0.5{period}") == RANKED


async def test_pages_of_equal_ones_have_each_once(tied: Tied) -> None:
    """What is unknown comes last. An article that joins the tie behind the cursor while somebody
    turns pages is shown once; one that joins before it is not, and moves nobody."""
    first = await tied.page(None)
    seen = [tied.place(node["id"]) for node in first["nodes"]]
    assert seen == [1, 4]
    late = await _article(tied.world, 50)
    await derive()
    tied.ids.append(late)
    page = first
    while page["pageInfo"]["hasNextPage"]:
        page = await tied.page(page["pageInfo"]["endCursor"])
        seen += [tied.place(node["id"]) for node in page["nodes"]]
    assert seen == [1, 4, 2, 0, 5, 3, 7, 6]
    again = await tied.page(None)
    assert [tied.place(node["id"]) for node in again["nodes"]] == [1, len(VALUES)]
