"""Lists of a union: the planner reads them, fragments on members and on interfaces included.

The graph has no union yet, so a small one is made here, of the real types over the real tables.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import pytest_asyncio
import strawberry
from strawberry.schema.config import StrawberryConfig

import schema.enums  # noqa: F401 - registers the enumerations
from domain.access import ANONYMOUS, SYSTEM, Viewer
from domain.articles import actions as articles
from domain.articles.models import Article as ArticleRow
from domain.campaigns.models import Campaign as CampaignRow
from domain.reader import Reader, open_reader
from domain.secrets import SecretBox
from schema.articles.types import Article
from schema.campaigns.types import Campaign
from schema.described import described
from schema.execution.context import Context
from schema.execution.engine import Engine, Request
from schema.planner import catalog
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, mixed_order, mixed_page, mixed_rows
from schema.planner.readings import Member
from schema.planner.statement import Statement
from schema.relay import PAGES, Connection, NodeQueries
from schema.scalars import SCALARS
from tests.rows import EDITOR, NOW, make_article, make_world

Found = Annotated[Article | Campaign, strawberry.union("Found", description="What is found.")]


class FoundOrder(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"


described(FoundOrder, "Orders.", NEWEST="Latest first.", OLDEST="Earliest first.")


def titled(statement: Statement, arguments: Arguments) -> str:
    return f"starts_with({{row}}.title, {statement.bind(arguments.get('text'), 'text')})"


def member(type_name: str, moment: str) -> Member:
    keys = dict.fromkeys(("NEWEST", "OLDEST", "LISTED"), f"{{row}}.{moment}")
    return Member(type_name, keys, titled)


MEMBERS = (member("Article", "listed_at"), member("Campaign", "starts_at"))
TEXT = (argument("text", str, "What the title begins with."),)


@strawberry.type
class Query(NodeQueries):
    search: Connection[Found] = mixed_page(
        "Articles and campaigns.",
        members=MEMBERS,
        orders=FoundOrder,
        by={
            "NEWEST": mixed_order("timestamptz"),
            "OLDEST": mixed_order("timestamptz", descending=False),
        },
        arguments=TEXT,
    )
    latest: list[Found] = mixed_rows(
        "The latest three.",
        members=MEMBERS,
        by=mixed_order("timestamptz"),
        limit=3,
        arguments=TEXT,
    )


@dataclass
class Search:
    engine: Engine
    reader: Reader

    async def ask(self, query: str, *, viewer: Viewer = ANONYMOUS, **variables: Any) -> Any:
        context = Context(viewer, datetime.now(UTC), "request-1", SecretBox(("a key",)))
        answer = await self.engine.answer(Request(query, variables), context, self.reader)
        assert answer.errors == ()
        return json.loads(answer.body)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def search(database: str) -> AsyncIterator[Search]:
    """At the same five moments an article and a campaign each, with the same numbers; and a draft
    older than all of them."""
    world = await make_world()
    for number in range(1, 6):
        moment = NOW + timedelta(days=number)
        id_ = await make_article(world, title=f"春 {number}")
        await articles.publish(EDITOR, id_, 1)
        moments = dict.fromkeys(("published_at", "published_here_at", "listed_at"), moment)
        await ArticleRow.filter(id=id_).update(**moments)
        await CampaignRow.create(
            title=f"春 {number}",
            organization_id=world.organization_id,
            starts_at=moment,
            ends_at=moment + timedelta(days=1),
            created_at=NOW,
        )
    await make_article(world, title="春 draft")
    built = strawberry.Schema(
        Query,
        config=StrawberryConfig(scalar_map=SCALARS),
        types=[Article, Campaign],
    )
    catalog.check(built._schema, pages=PAGES)
    async with open_reader(database, size=2, timeout_seconds=10) as reader:
        yield Search(Engine(built, zone="Asia/Shanghai"), reader)


EVERYTHING = """query($order: FoundOrder! = NEWEST, $first: Int = 3, $after: String) {
    search(text: "春", first: $first, after: $after, orderBy: $order) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { cursor node { __typename ... on Node { id } } }
        nodes {
            ...Titles
            ... on Counted { reads { value status } }
            ... on Article { slug organization { name } posts { totalCount } }
            ... on Campaign { startsAt }
        }
    } }
    fragment Titles on Found { ... on Article { title } ... on Campaign { title } }"""


async def test_members_come_in_one_order_with_what_each_is_asked(search: Search) -> None:
    found = (await search.ask(EVERYTHING, first=2))["data"]["search"]
    nothing = {"value": None, "status": "UNAVAILABLE"}
    slug = (await ArticleRow.get(id=5)).slug
    assert found["totalCount"] == 10
    assert [edge["node"] for edge in found["edges"]] == [
        {"__typename": "Campaign", "id": "Campaign:5"},
        {"__typename": "Article", "id": "Article:5"},
    ]
    assert found["nodes"] == [
        {"title": "春 5", "reads": nothing, "startsAt": "2026-03-06T04:00:00+00:00"},
        {
            "title": "春 5",
            "reads": nothing,
            "slug": slug,
            "organization": {"name": "大兴中心"},
            "posts": {"totalCount": 0},
        },
    ]
    assert found["pageInfo"]["hasNextPage"] is True


async def test_pages_meet_without_gap_or_repetition(search: Search) -> None:
    newest = [f"{name}:{number}" for number in range(5, 0, -1) for name in ("Campaign", "Article")]
    for order, expected in (("NEWEST", newest), ("OLDEST", newest[::-1])):
        for first in (1, 2, 3, 7):
            seen: list[str] = []
            after: str | None = None
            while True:
                asked: dict[str, Any] = {"order": order, "first": first, "after": after}
                page = (await search.ask(EVERYTHING, **asked))["data"]["search"]
                seen += [edge["node"]["id"] for edge in page["edges"]]
                assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
            assert seen == expected


async def test_a_draft_shows_to_administrators_only(search: Search) -> None:
    query = """{ search(text: "春", first: 1, orderBy: OLDEST) {
        totalCount nodes { ... on Article { title } ... on Campaign { title } } } }"""
    everything = (await search.ask(query, viewer=SYSTEM))["data"]["search"]
    assert everything == {"totalCount": 11, "nodes": [{"title": "春 draft"}]}
    public = (await search.ask(query))["data"]["search"]
    assert public == {"totalCount": 10, "nodes": [{"title": "春 1"}]}


async def test_a_plain_list_of_a_union(search: Search) -> None:
    query = '{ latest(text: "春") { __typename ... on Node { id } } }'
    answer = await search.ask(query)
    assert answer["data"]["latest"] == [
        {"__typename": "Campaign", "id": "Campaign:5"},
        {"__typename": "Article", "id": "Article:5"},
        {"__typename": "Campaign", "id": "Campaign:4"},
    ]
    nothing = await search.ask('{ latest(text: "no") { __typename } }')
    assert nothing["data"] == {"latest": []}


async def test_the_dearest_member_counts_for_the_cost(search: Search) -> None:
    query = """{ search(text: "", first: 10) { nodes {
        ... on Article { posts(first: 3) { nodes { id } } } ... on Campaign { id } } } }"""
    answer = await search.ask(query)
    assert answer["extensions"]["cost"]["requested"] == 10 + 30
