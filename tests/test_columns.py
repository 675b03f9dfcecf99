"""Columns: set as a whole, in the order made by hand; drafts in them show to editors alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from domain.access import Role
from domain.article_columns import actions
from domain.article_columns.actions import NewColumn
from domain.article_columns.models import ArticleColumn, ColumnEntry
from domain.articles import actions as articles
from domain.audit.models import AuditEntry
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.tokens.actions import create as create_token
from tests.graph import Graph, graph
from tests.rows import EDITOR, NO_SUCH, STRANGER, World, make_article, make_world, refused

SHOWN = """query($slug: String!, $first: Int = 20, $after: String) { column(slug: $slug) {
    id title summary isClosed version organization { name }
    articles(first: $first, after: $after) {
        totalCount nodes { title columns { slug } } pageInfo { endCursor hasNextPage } } } }"""
SET = """mutation($input: SetColumnInput!) { it: setColumn(input: $input) {
    ... on ColumnPayload { column { version articles { nodes { title } } } }
    ... on Problem { code path } } }"""


@dataclass
class Desk:
    graph: Graph
    world: World
    token: str
    public: list[int]
    draft: int

    def new(self, **given: Any) -> NewColumn:
        values = {"organization_id": self.world.organization_id, "slug": "spring", "title": "春天"}
        rest = {"summary": "", "is_closed": False, "version": 0, "article_ids": self.public}
        return NewColumn(**{**values, **rest, **given})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with graph(database_url) as opened:
        world = await make_world()
        public = [await make_article(world, title=title) for title in "甲乙丙"]
        for number in public:
            await articles.publish(EDITOR, number, 1)
        _, token = await create_token(EDITOR, "desk", Role.ADMINISTRATOR, None)
        draft = await make_article(world, title="稿")
        yield Desk(opened, world, token, public, draft)


async def titles(desk: Desk, slug: str, token: str = "", **given: Any) -> list[str]:
    found = await desk.graph.ask(SHOWN, token=token, slug=slug, **given)
    return [each["title"] for each in found["column"]["articles"]["nodes"]]


async def test_it_shows_what_editors_placed_in_their_order(desk: Desk) -> None:
    first, second, third = desk.public
    ids = [third, desk.draft, first, second]
    number = await actions.set_column(EDITOR, desk.new(slug="order", article_ids=ids))
    assert await titles(desk, "order") == ["丙", "甲", "乙"]
    assert await titles(desk, "order", desk.token) == ["丙", "稿", "甲", "乙"]
    found = (await desk.graph.ask(SHOWN, slug="order", first=2))["column"]
    assert (found["id"], found["articles"]["totalCount"]) == (f"Column:{number}", 3)
    assert found["articles"]["nodes"][0] == {"title": "丙", "columns": [{"slug": "order"}]}
    after = found["articles"]["pageInfo"]["endCursor"]
    assert await titles(desk, "order", after=after) == ["乙"]
    entry = await AuditEntry.get(subject=f"Column:{number}")
    assert entry.after is not None
    assert entry.after["articles"] == [f"Article:{id_}" for id_ in ids]


async def test_it_is_set_anew_by_who_saw_it(desk: Desk) -> None:
    first, second, _ = desk.public
    await actions.set_column(EDITOR, desk.new(slug="anew"))
    given = {"organizationId": f"Organization:{desk.world.organization_id}", "slug": "anew"}
    wanted = {**given, "title": "新", "version": 1, "articleIds": [f"Article:{second}"]}
    answer = await desk.graph.ask(SET, token=desk.token, input=wanted)
    shown = {"version": 2, "articles": {"nodes": [{"title": "乙"}]}}
    assert answer["it"] == {"column": shown}
    again = await desk.graph.ask(SET, token=desk.token, input=wanted)
    assert again["it"] == {"code": "STALE_VERSION", "path": ["input", "version"]}
    closed = desk.new(slug="anew", version=2, article_ids=[second], is_closed=True)
    await actions.set_column(EDITOR, closed)
    async with refused(Conflict, "article_ids", code="CLOSED"):
        await actions.set_column(
            EDITOR, desk.new(slug="anew", version=3, article_ids=[first], is_closed=True)
        )
    await actions.set_column(EDITOR, desk.new(slug="anew", version=3, article_ids=[first]))
    row = await ArticleColumn.get(slug="anew")
    assert (row.is_closed, row.version) == (False, 4)
    entries = await ColumnEntry.filter(column_id=row.id)
    assert [entry.article_id for entry in entries] == [first]


async def test_what_is_refused(desk: Desk) -> None:
    first = desk.public[0]
    elsewhere = await make_world()
    await actions.set_column(EDITOR, desk.new(slug="taken"))
    async with refused(Forbidden):
        await actions.set_column(STRANGER, desk.new(slug="x"))
    async with refused(Invalid, "slug", code="INVALID_SLUG"):
        await actions.set_column(EDITOR, desk.new(slug="a b"))
    async with refused(Invalid, "title", code="EMPTY"):
        await actions.set_column(EDITOR, desk.new(slug="x", title=""))
    async with refused(Invalid, "article_ids", "1", code="TWICE"):
        await actions.set_column(EDITOR, desk.new(slug="x", article_ids=[first, first]))
    async with refused(Invalid, "article_ids", code="TOO_MANY"):
        await actions.set_column(EDITOR, desk.new(slug="x", article_ids=list(range(1, 502))))
    async with refused(NotFound, "article_ids", "1"):
        await actions.set_column(EDITOR, desk.new(slug="x", article_ids=[first, NO_SUCH]))
    async with refused(NotFound, "slug"):
        await actions.set_column(EDITOR, desk.new(slug="x", version=1))
    async with refused(Conflict, "slug", code="TAKEN"):
        other = desk.new(slug="taken", organization_id=elsewhere.organization_id)
        await actions.set_column(EDITOR, other)
