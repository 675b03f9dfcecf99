"""Equal anonymous questions share an answer for a moment, and never longer than it holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from api.replies import Reply
from api.shared_reads import MAX_BYTES, MOMENT_SECONDS, SharedReads
from domain.access import Role
from domain.articles import actions as articles
from domain.notifications import Changes
from domain.tokens import actions as tokens
from schema.execution.answers import Answer
from tests.asgi import call
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_article, make_world

COUNT = "{ articles { totalCount nodes { title } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        await _heard(it)
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(opened: Graph) -> World:
    return await make_world()


async def _heard(opened: Graph) -> None:
    """Until this process listens, and has heard what was written so far."""
    await opened.app.graphql.shared._changes.listening.wait()
    await asyncio.sleep(0.1)


async def test_an_equal_question_is_asked_once_in_a_moment(opened: Graph, world: World) -> None:
    await _heard(opened)
    opened.statements.clear()
    first = await opened.post(COUNT)
    second = await opened.post(COUNT)
    assert first.body == second.body
    assert len(opened.statements) == 1


async def test_a_write_ends_it_at_once(opened: Graph, world: World) -> None:
    article_id = await make_article(world, title="新")
    await _heard(opened)
    before = await opened.ask(COUNT)
    await articles.publish(EDITOR, article_id, 1)
    await _heard(opened)
    after = await opened.ask(COUNT)
    assert after["articles"]["totalCount"] == before["articles"]["totalCount"] + 1


async def test_whoever_writes_reads_what_they_wrote(
    opened: Graph, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    article_id = await make_article(world, title="新")
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    await _heard(opened)
    monkeypatch.setattr(opened.app.graphql.shared._changes, "heard", lambda table: None)
    before = await opened.ask(COUNT)
    query = """mutation($input: ArticleVersionInput!) { publishArticle(input: $input) {
        __typename } }"""
    given = {"id": f"Article:{article_id}", "version": 1}
    done = await opened.ask(query, token=token, input=given)
    assert done == {"publishArticle": {"__typename": "ArticlePayload"}}
    after = await opened.ask(COUNT)
    assert after["articles"]["totalCount"] == before["articles"]["totalCount"] + 1


async def test_who_wants_it_fresh_gets_it_fresh(opened: Graph, world: World) -> None:
    opened.statements.clear()
    for _ in range(3):
        await opened.post(COUNT, None, **{"cache-control": "no-cache"})
    assert len(opened.statements) == 3


async def test_what_a_token_sees_is_shared_with_nobody(opened: Graph, world: World) -> None:
    await make_article(world, title="草稿")
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    await _heard(opened)
    query = "{ articles(filter: {status: DRAFT}) { nodes { title } } }"
    for _ in range(2):
        assert (await opened.ask(query, token=token))["articles"]["nodes"] == [{"title": "草稿"}]
        assert (await opened.ask(query))["articles"]["nodes"] == []


async def test_equal_questions_at_once_are_one_statement(opened: Graph, world: World) -> None:
    await _heard(opened)
    opened.statements.clear()
    query = "{ articles(first: 7) { nodes { id } } }"
    answers = await asyncio.gather(*(opened.post(query) for _ in range(10)))
    assert len({answer.body for answer in answers}) == 1
    assert len(opened.statements) == 1


async def test_equal_mutations_at_once_are_all_done(opened: Graph, world: World) -> None:
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    query = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
        ... on ArticlePayload { article { id } } } }"""
    given = {
        "title": "同名",
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    made = await asyncio.gather(*(opened.ask(query, token=token, input=given) for _ in range(3)))
    assert len({answer["createArticle"]["article"]["id"] for answer in made}) == 3


async def test_errors_are_not_kept(opened: Graph, world: World) -> None:
    query = "{ articles(first: 0) { totalCount } }"
    for _ in range(2):
        assert "errors" in (await opened.post(query)).json()
    assert opened.app.graphql.shared.find((json.dumps({"query": query}).encode(), False)) is None


async def test_a_get_says_how_long_it_holds_and_answers_304(opened: Graph, world: World) -> None:
    address = "/graphql?" + urlencode({"query": COUNT})
    first = await call(opened.app, "GET", address)
    assert first.headers["cache-control"] == "public, max-age=1"
    assert first.headers["vary"] == "accept, authorization"
    again = await call(opened.app, "GET", address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    mine = await call(opened.app, "GET", address, headers={"authorization": f"Bearer {token}"})
    assert mine.headers["cache-control"] == "private, no-store"


def _listening() -> Changes:
    changes = Changes()
    changes.listening.set()
    return changes


def _reply(length: int = 1) -> Reply:
    return Reply(200, b"application/json", b"x" * length)


def test_a_moment_ends() -> None:
    now = [0.0]
    shared = SharedReads(_listening(), clock=lambda: now[0])
    shared.keep("key", _reply(), ("article",), shared.mark(("article",)))
    now[0] = MOMENT_SECONDS - 0.01
    assert shared.find("key") == _reply()
    now[0] = MOMENT_SECONDS
    assert shared.find("key") is None


def test_a_reply_from_before_a_write_is_not_found() -> None:
    changes = _listening()
    shared = SharedReads(changes)
    mark = shared.mark(("article", "post"))
    changes.heard("article")  # while the database was being asked
    shared.keep("key", _reply(), ("article", "post"), mark)
    assert shared.find("key") is None
    shared.keep("key", _reply(), ("post",), shared.mark(("post",)))
    changes.heard("article")
    assert shared.find("key") == _reply()


def test_nothing_is_kept_while_nothing_is_heard() -> None:
    shared = SharedReads(Changes())
    shared.keep("key", _reply(), (), shared.mark(()))
    assert shared.find("key") is None


def test_what_is_kept_is_bounded() -> None:
    shared = SharedReads(_listening())
    large = MAX_BYTES // 8
    for number in range(20):
        shared.keep(number, _reply(large), (), shared.mark(()))
    assert [shared.find(number) is not None for number in range(20)] == [False] * 12 + [True] * 8
    shared.keep("huge", _reply(large + 1), (), shared.mark(()))
    assert shared.find("huge") is None


async def test_a_flight_from_before_a_write_is_not_joined() -> None:
    changes = _listening()
    shared = SharedReads(changes)
    gate = asyncio.Event()
    asked: list[int] = []

    async def ask() -> Answer:
        asked.append(1)
        await gate.wait()
        return Answer(b"{}")

    async def once() -> Answer:
        return await shared.once("question", shared.mark(("article",)), ask)

    first = asyncio.create_task(once())
    await asyncio.sleep(0)
    second = asyncio.create_task(once())
    await asyncio.sleep(0)
    changes.heard("article")
    third = asyncio.create_task(once())
    await asyncio.sleep(0)
    gate.set()
    assert list(await asyncio.gather(first, second, third)) == [Answer(b"{}")] * 3
    assert len(asked) == 2
