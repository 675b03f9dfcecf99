"""What an operation may read at the most, worked out from its plan before anything runs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from domain.access import ANONYMOUS, SYSTEM, Role, Viewer
from domain.articles.models import Article
from domain.tokens import actions as tokens
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Request
from schema.planner.ids import MAX_IDS
from schema.root import build
from tests.graph import Graph, graph
from tests.rows import EDITOR, make_world


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(build(), zone="UTC")


def cost(
    engine: Engine, query: str, variables: dict[str, Any] | None = None, viewer: Viewer = ANONYMOUS
) -> int:
    return engine.prepare(Request(query, variables or {}), viewer).cost


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 0),
        ('{ article(id: "Article:1") { id } }', 1),
        ('{ article(id: "Article:1") { author { id } organization { parent { id } } } }', 4),
        ("{ articles { nodes { id } } }", 20),
        ("{ articles(first: 7) { nodes { author { name } } } }", 14),
        ("{ articles(first: 7) { nodes { posts(first: 5) { nodes { id } } } } }", 7 + 35),
        ("{ articles(first: 7) { edges { node { posts(first: 5) { nodes { id } } } } } }", 42),
        ("{ a: articles(first: 7) { nodes { id } } b: articles(first: 8) { nodes { id } } }", 15),
        (
            "{ articles(first: 2) { a: nodes { posts(first: 3) { nodes { id } } }"
            " b: nodes { posts(first: 4) { nodes { id } } } } }",
            2 + 6 + 8,
        ),
        (
            "query { articles(first: 2) { nodes { ...F ...F } } }"
            " fragment F on Article { posts(first: 3) { nodes { id } } }",
            2 + 6,
        ),
        ("{ articles(first: 2) { nodes { reads { value } likes { value } } } }", 2),
        ("{ articles(first: 2) { nodes { reads { coverage { known stale } } } } }", 2 + 200),
        ("{ articles(first: 9) { nodes @skip(if: true) { author { id } } totalCount } }", 9 + 1),
        ('{ articles(first: 9, filter: {within: "Organization:1"}) { totalCount } }', 9 + 1),
        (
            '{ articles(first: 9, filter: {tag: "a", inCategory: "Category:1"}) { totalCount } }',
            9 + 1_000,
        ),
        (
            '{ organizations(first: 9) { nodes { articles(first: 1, filter: {tag: "a"}) {'
            " totalCount } } } }",
            9 + 9 + 9 * 20,
        ),
        ('{ node(id: "Article:1") { ... on Article { series { value } } } }', 1 + 30),
        ('{ node(id: "Post:1") { ... on Post { series(bucket: WEEK) { value } } } }', 1 + 84),
        (
            '{ node(id: "Post:1") { ... on Post { series(since: "2020-01-01") { value } } } }',
            1 + 400,
        ),
        ("{ leaderboard(of: ARTICLES, first: 10) { value } }", 10),
        ('{ leaderboard(of: ARTICLES, first: 9, since: "2026-01-01") { value } }', 9 + 1_000),
        (
            "{ leaderboard(of: ARTICLES, first: 10) { subject { ... on Article {"
            " posts(first: 3) { nodes { id } } } } } }",
            10 + 10 + 30,
        ),
        ('{ node(id: "Article:1") { id } }', 1),
        ('{ node(id: "Article:1") { ... on Article { author { id } } } }', 2),
        ('{ nodes(ids: ["Article:1"]) { id } }', 1),
        (
            '{ nodes(ids: ["Article:1", "Article:2"]) {'
            " ... on Article { author { id } organization { id } } ... on Person { name } } }",
            3 * 2,
        ),
    ],
)
def test_what_counts(engine: Engine, query: str, expected: int) -> None:
    assert cost(engine, query) == expected


NESTED = """query($outer: Int!, $inner: Int!) { articles(first: $outer) { nodes {
    posts(first: $inner) { nodes { id } } } } }"""


def test_variables_count_as_what_they_are(engine: Engine) -> None:
    assert cost(engine, NESTED, {"outer": 2, "inner": 3}) == 8
    assert cost(engine, NESTED, {"outer": 3, "inner": 3}) == 12


@pytest.mark.parametrize("many", [1, 2, MAX_IDS, MAX_IDS + 1])
def test_a_list_of_ids_counts_as_long_as_it_is(engine: Engine, many: int) -> None:
    """Too many are refused when their values are looked at."""
    ids = [f"Article:{number}" for number in range(1, many + 1)]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    if many > MAX_IDS:
        with pytest.raises(Refused):
            engine.prepare(Request(query, {"ids": ids}), ANONYMOUS)
    else:
        assert cost(engine, query, {"ids": ids}) == many


def _refusal(engine: Engine, query: str, variables: dict[str, Any]) -> Any:
    with pytest.raises(Refused) as refused:
        engine.prepare(Request(query, variables), SYSTEM)
    (error,) = refused.value.errors
    return error.formatted


@pytest.mark.parametrize(("limit", "is_answered"), [(110, True), (109, False)])
def test_the_limit_itself_may_be_reached(limit: int, is_answered: bool) -> None:
    engine = Engine(build(), zone="UTC", max_cost=limit)
    given = {"outer": 10, "inner": 10}
    if is_answered:
        prepared = engine.prepare(Request(NESTED, given), ANONYMOUS)
        assert prepared.plan is not None
        assert prepared.plan.extensions == b'{"cost":{"requested":110,"maximum":110}}'
        return
    refusal = _refusal(engine, NESTED, given)
    assert refusal["message"] == (
        "this operation could read 110 rows, more than the 109 one request may,"
        " 100 of them at `articles.posts`; ask for fewer with `first`"
    )
    assert refusal["locations"] == [{"line": 2, "column": 5}]
    assert refusal["extensions"] == {
        "code": "TOO_COSTLY",
        "cost": {"requested": 110, "maximum": 109, "path": ["articles", "posts"]},
    }


def test_the_dearest_field_is_named_by_its_alias() -> None:
    engine = Engine(build(), zone="UTC", max_cost=20)
    query = (
        "{ few: articles(first: 5) { nodes { id } } many: articles(first: 50) { nodes { id } } }"
    )
    assert _refusal(engine, query, {})["extensions"]["cost"]["path"] == ["many"]


UPDATE = """mutation($input: UpdateArticleInput!) { a: updateArticle(input: $input) {
    ... on ArticlePayload { article { organization { articles(first: %d) { nodes {
        posts(first: 100) { nodes { id } } } } } } } } }"""
GIVEN = {"input": {"id": "Article:1", "version": 1, "title": "新"}}


def test_a_payload_counts_too(engine: Engine) -> None:
    assert cost(engine, UPDATE % 100, GIVEN, SYSTEM) == 1 + 1 + 100 + 10_000
    engine = Engine(build(), zone="UTC", max_cost=1_000)
    cost_told = _refusal(engine, UPDATE % 10, GIVEN)["extensions"]["cost"]
    assert cost_told["path"] == ["a", "article", "organization", "articles", "posts"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


CREATE = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    ... on ArticlePayload { article { posts(first: %d, after: %s) { nodes { id } } } } } }"""


@pytest.mark.parametrize(
    ("first", "after", "fault"),
    [(101, "null", "`first` must be from 1 to 100"), (1, '"x"', "`after` is not a cursor")],
)
async def test_a_payload_that_cannot_be_read_is_refused_and_nothing_written(
    opened: Graph, first: int, after: str, fault: str
) -> None:
    world = await make_world()
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    before = await Article.all().count()
    given = {
        "title": "新",
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    error = await opened.error(CREATE % (first, after), token=token, input=given)
    assert fault in error["message"]
    assert await Article.all().count() == before
    answer = await opened.post(
        CREATE % (3, "null"), {"input": given}, authorization=f"Bearer {token}"
    )
    assert json.loads(answer.body)["extensions"]["cost"] == {"requested": 4, "maximum": 20_000}
    assert await Article.all().count() == before + 1
