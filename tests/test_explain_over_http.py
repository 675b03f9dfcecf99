"""What is told of an operation: to an administrator all of it, to others nothing; what took long
to the log, without the values."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import structlog

from domain.access import Role
from domain.articles.models import Article
from domain.tokens import actions as tokens
from schema.execution.trusted import sha256
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_article, make_world

FEED = "query Feed($tag: String) { articles(filter: {tag: $tag}) { nodes { id } } }"
SECRET = "a-value-nobody-may-log"
EXPLAIN = {"x-xinfeng-explain": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(opened: Graph) -> World:
    world = await make_world()
    await make_article(world, title="新")
    return world


async def _authorization(role: Role | None) -> dict[str, str]:
    _, token = await tokens.create(EDITOR, "tests", role, None)
    return {"authorization": f"Bearer {token}"}


async def test_an_administrator_sees_the_statement_and_its_plan(
    opened: Graph, world: World
) -> None:
    headers = {**EXPLAIN, **await _authorization(Role.ADMINISTRATOR)}
    response = await opened.post(FEED, {"tag": SECRET}, **headers)
    assert response.json()["data"] == {"articles": {"nodes": []}}
    explain = response.json()["extensions"]["explain"]
    assert explain["document"] == sha256(FEED)
    assert explain["operation"] == "Feed"
    assert explain["statement"] in opened.statements
    assert explain["types"] == ["text"]
    assert explain["tables"] == ["article", "article_tag"]
    assert explain["milliseconds"]["total"] >= explain["milliseconds"]["database"] > 0
    (plan,) = explain["plan"]
    assert plan["Execution Time"] > 0
    assert "Shared Hit Blocks" in plan["Plan"]


async def test_what_the_schema_says_of_itself_has_no_plan(opened: Graph, world: World) -> None:
    headers = {**EXPLAIN, **await _authorization(Role.ADMINISTRATOR)}
    explain = (await opened.post("{ __typename }", None, **headers)).json()["extensions"]["explain"]
    assert (explain["statement"], explain["types"], explain["plan"]) == (None, [], None)


async def test_it_is_never_answered_with_what_was_kept(opened: Graph, world: World) -> None:
    headers = {**EXPLAIN, **await _authorization(Role.ADMINISTRATOR)}
    opened.statements.clear()
    for _ in range(2):
        assert "explain" in (await opened.post(FEED, None, **headers)).json()["extensions"]
    assert sum(sql.startswith("EXPLAIN (ANALYZE") for sql in opened.statements) == 2
    del headers["x-xinfeng-explain"]
    assert "explain" not in (await opened.post(FEED, None, **headers)).json()["extensions"]


@pytest.mark.parametrize("has_token", [False, True])
async def test_nobody_else_is_told_and_nothing_is_run(
    opened: Graph, world: World, has_token: bool
) -> None:
    headers = {**EXPLAIN, **(await _authorization(None) if has_token else {})}
    opened.statements.clear()
    response = await opened.post(FEED, None, **headers)
    assert response.status == 403
    (error,) = response.json()["errors"]
    assert error["message"] == "only an administrator's token may have a query explained"
    assert error["extensions"] == {"code": "FORBIDDEN"}
    assert opened.statements == []


async def test_a_mutation_is_not_explained_and_not_done(opened: Graph, world: World) -> None:
    headers = {**EXPLAIN, **await _authorization(Role.ADMINISTRATOR)}
    query = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
        __typename } }"""
    given = {
        "title": "新",
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    before = await Article.all().count()
    response = await opened.post(query, {"input": given}, **headers)
    assert response.status == 400
    assert response.json()["errors"][0]["message"] == "only a query can be explained"
    assert await Article.all().count() == before


async def test_other_values_of_the_header_are_named(opened: Graph, world: World) -> None:
    wrong = await opened.post(FEED, None, **{"x-xinfeng-explain": "yes"})
    assert wrong.status == 400
    assert "X-Xinfeng-Explain" in wrong.json()["errors"][0]["message"]
    off = await opened.post(FEED, None, **{"x-xinfeng-explain": "0"})
    assert "explain" not in off.json()["extensions"]


async def test_timings_are_for_holders_of_a_token(opened: Graph, world: World) -> None:
    assert "server-timing" not in (await opened.post(FEED)).headers
    headers = await _authorization(None)
    timing = (await opened.post(FEED, None, **headers)).headers["server-timing"]
    names = [entry.split(";dur=")[0] for entry in timing.split(", ")]
    assert names == ["plan", "db", "total"]
    plan, database, total = (float(entry.split("=")[1]) for entry in timing.split(", "))
    assert plan + database == pytest.approx(total, abs=0.02)


LOGGED = (structlog.contextvars.merge_contextvars,)


def _slow(events: list[Any]) -> list[Any]:
    return [event for event in events if event["event"] == "slow operation"]


async def test_what_takes_long_is_logged_without_its_values(
    opened: Graph, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with structlog.testing.capture_logs(LOGGED) as events:
        await opened.post(FEED, {"tag": SECRET}, **{"cache-control": "no-cache"})
    assert _slow(events) == []
    monkeypatch.setattr(opened.app.graphql, "_slow_seconds", 0.0)
    headers = {"cache-control": "no-cache", "x-request-id": "abc"}
    with structlog.testing.capture_logs(LOGGED) as events:
        await opened.post(FEED, {"tag": SECRET}, **headers)
    (event,) = _slow(events)
    assert event["request_id"] == "abc"
    assert event["document"] == sha256(FEED)
    assert event["operation"] == "Feed"
    assert event["cost"] == 20
    parts = event["prepare_seconds"] + event["database_seconds"]
    assert parts == pytest.approx(event["total_seconds"], abs=1e-5)
    assert SECRET not in repr(events)


async def test_a_refused_document_that_takes_long_is_logged_too(
    opened: Graph, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened.app.graphql, "_slow_seconds", 0.0)
    with structlog.testing.capture_logs(LOGGED) as events:
        await opened.post("{ absent }")
    (event,) = _slow(events)
    assert (event["document"], event["operation"], event["cost"]) == (None, None, None)
