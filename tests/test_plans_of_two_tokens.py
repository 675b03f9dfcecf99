"""One document, asked over HTTP by holders of two tokens and by a stranger, in turns and at once:
the plan is shared where its text is, its rows never are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from domain.access import Role
from domain.articles import actions as articles
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.rows import EDITOR, make_article, make_organization, make_post, make_world

FEED = """query($after: String, $within: ID!) {
    articles(first: 3, after: $after, filter: {within: $within}) {
        totalCount pageInfo { endCursor hasNextPage }
        nodes { title posts(first: 2) { totalCount nodes { title } } } }
    mostRead: articles(first: 9, orderBy: MOST_READ, filter: {within: $within}) { nodes { title } }
}"""


@dataclass
class Two:
    """Two authors, each of an organization below one centre, which has a published article too."""

    graph: Graph
    centre: str
    tokens: dict[str, str]

    async def feed(self, name: str, after: str | None = None) -> Any:
        return await self.graph.ask(
            FEED, token=self.tokens.get(name, ""), within=self.centre, after=after
        )

    async def titles(self, name: str, after: str | None = None) -> list[str]:
        return sorted(node["title"] for node in (await self.feed(name, after))["articles"]["nodes"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(database_url: str) -> AsyncIterator[Two]:
    async with graph(database_url) as opened:
        world = await make_world()
        published = await make_article(world, title="everybody's")
        await articles.publish(EDITOR, published, 1)
        texts = {}
        for name in ("one", "other"):
            id_ = await make_organization(world.organization_id, name)
            article_id = await make_article(world, title=f"draft of {name}", organization_id=id_)
            await make_post(world.account_id, title=f"post of {name}", article_id=article_id)
            _, texts[name] = await tokens.create(
                EDITOR, name, Role.AUTHOR, None, organization_id=id_
            )
        yield Two(opened, f"Organization:{world.organization_id}", texts)


SEES = {
    "one": ["draft of one", "everybody's"],
    "other": ["draft of other", "everybody's"],
    "nobody": ["everybody's"],
}


async def test_each_sees_its_own_in_lists_counts_and_rankings(two: Two) -> None:
    for name in ("one", "other", "nobody", "other", "one"):
        found = await two.feed(name)
        assert sorted(node["title"] for node in found["articles"]["nodes"]) == SEES[name]
        assert found["articles"]["totalCount"] == len(SEES[name])
        assert sorted(node["title"] for node in found["mostRead"]["nodes"]) == SEES[name]
        shown = [node["posts"] for node in found["articles"]["nodes"]]
        posts = [row["title"] for page in shown for row in page["nodes"]]
        assert posts == ([] if name == "nobody" else [f"post of {name}"])
        assert sum(page["totalCount"] for page in shown) == len(posts)


async def test_the_two_share_one_statement_and_strangers_have_their_own(two: Two) -> None:
    two.graph.statements.clear()
    two.graph.app.graphql.answering.shared.forget()
    for name in ("one", "other", "nobody"):
        await two.feed(name)
    first, second, third = two.graph.statements
    assert first == second != third


async def test_a_hundred_at_once_are_never_mixed_up(two: Two) -> None:
    """Shared reads, single flight and the plan cache, all under one document."""
    names = [("one", "other", "nobody")[number % 3] for number in range(99)]
    found = await asyncio.gather(*(two.titles(name) for name in names))
    assert found == [SEES[name] for name in names]


async def test_a_cursor_of_one_shows_the_other_nothing_of_it(two: Two) -> None:
    cursor = (await two.feed("one"))["articles"]["pageInfo"]["endCursor"]
    for name in ("other", "nobody"):
        assert set(await two.titles(name, cursor)) <= set(SEES[name])
