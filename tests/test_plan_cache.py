"""Plans are found again by their shape, and only by it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access import (
    ANONYMOUS,
    EVERY_SCOPE,
    SYSTEM,
    Grant,
    Kind,
    Role,
    Scope,
    Viewer,
)
from schema.execution.engine import Engine
from schema.planner.plan import Plan
from schema.root import build


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(build(), zone="Asia/Shanghai")


def plan(engine: Engine, query: str, variables: dict[str, Any], viewer: Viewer = ANONYMOUS) -> Plan:
    document = engine._documents.read(query)
    operation = document.operation(None)
    coerced = engine._coerce(document, operation, variables).coerced
    return engine.plan(document, operation, coerced, viewer)


LIST = """query($first: Int = 20, $filter: ArticleFilter, $order: ArticleOrder = NEWEST,
                 $body: Boolean = false) {
    articles(first: $first, filter: $filter, orderBy: $order) {
        nodes { id body @include(if: $body) } } }"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"filter": {"tag": "a"}}, {"filter": {"tag": "b"}}),
        ({"filter": {"authorId": "Person:1"}}, {"filter": {"authorId": "Person:2"}}),
        ({"first": 5}, {"first": 5}),
        ({}, {"first": 20}),
    ],
)
def test_equal_shapes_share_a_plan(engine: Engine, one: Any, other: Any) -> None:
    assert plan(engine, LIST, one) is plan(engine, LIST, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"first": 5}, {"first": 6}),
        ({"filter": {"tag": "a"}}, {"filter": {"inCategory": "Category:1"}}),
        ({"filter": None}, {"filter": {"tag": "a"}}),
        ({"filter": {"tag": None}}, {"filter": {"tag": "a"}}),
        ({"filter": {"status": "DRAFT"}}, {"filter": {"tag": "a"}}),
        ({"order": "NEWEST"}, {"order": "OLDEST"}),
        ({"body": True}, {"body": False}),
    ],
)
def test_other_shapes_have_other_plans(engine: Engine, one: Any, other: Any) -> None:
    first, second = plan(engine, LIST, one), plan(engine, LIST, other)
    assert first is not second
    assert first is plan(engine, LIST, one)


def test_values_are_bound_not_written(engine: Engine) -> None:
    made = plan(engine, LIST, {"filter": {"tag": "'; DROP TABLE article; --"}})
    assert "DROP" not in made.sql
    given = {"filter": {"tag": "other"}}
    assert made.values(given, ANONYMOUS) == ["other"]


def test_viewers_of_other_roles_never_share_a_plan(engine: Engine) -> None:
    public, all_rows = plan(engine, LIST, {}), plan(engine, LIST, {}, SYSTEM)
    assert "status = 'PUBLISHED'" in public.sql
    assert "status = 'PUBLISHED'" not in all_rows.sql
    assert plan(engine, LIST, {}) is public


def _analyst(number: int, *paths: str) -> Viewer:
    grants = tuple(Grant(Role.ANALYST, path) for path in paths)
    return Viewer(Kind.USER, number, f"user {number}", grants, EVERY_SCOPE)


def test_roles_at_other_places_share_a_plan_and_bind_their_own(engine: Engine) -> None:
    viewers = [_analyst(1, "1.2"), _analyst(2, "1.3", "4")]
    one, other = (plan(engine, LIST, {}, viewer) for viewer in viewers)
    assert one is other
    assert "1.2" not in one.sql
    bound = [one.values({}, viewer) for viewer in viewers]
    assert bound == [[["1.2"]], [["1.3", "4"]]]


def test_who_holds_nothing_has_the_statement_of_a_stranger(engine: Engine) -> None:
    """Reads of strangers are what they were: roles leave no trace in their statements."""
    stranger = plan(engine, LIST, {})
    assert "organization" not in stranger.sql
    assert stranger.parameters == ()
    dispatcher = Viewer(
        Kind.USER, 3, "user 3", (Grant(Role.DISPATCHER, ""),), frozenset({Scope.READ_PUBLIC})
    )
    assert plan(engine, LIST, {}, dispatcher).sql == stranger.sql
    everywhere = plan(engine, LIST, {}, _analyst(4, ""))
    assert everywhere is not stranger
    assert everywhere.parameters == ()


def test_a_plan_made_later_may_depend_on_more(engine: Engine) -> None:
    query = """query($id: ID!, $bucket: Bucket!) {
        engagementSeries(id: $id, bucket: $bucket) { subject { id } } }"""
    article = plan(engine, query, {"id": "Article:1", "bucket": "DAY"})
    post = plan(engine, query, {"id": "Post:1", "bucket": "DAY"})
    assert "FROM article" in article.sql
    assert "FROM post" in post.sql
    assert plan(engine, query, {"id": "Article:2", "bucket": "DAY"}) is article


def test_the_cost_is_worked_out_from_the_page_sizes(engine: Engine) -> None:
    made = plan(
        engine,
        "{ articles(first: 10) { nodes { author { id } posts(first: 3) { nodes { id } } } } }",
        {},
    )
    assert made.cost == 10 + 10 + 30
