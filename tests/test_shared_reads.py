"""Equal anonymous questions share an answer for a moment, and never longer than it holds."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.types import Message

from api.disconnects import Disconnects
from api.replies import Disconnected, Reply
from api.shared_reads import MAX_BYTES, MOMENT_SECONDS, SharedReads
from domain.access import Role
from domain.articles import actions as articles
from domain.notifications import Changes
from domain.tokens import actions as tokens
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
    await opened.app.graphql.answering.shared._changes.listening.wait()
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
    monkeypatch.setattr(opened.app.graphql.answering.shared._changes, "heard", lambda table: None)
    before = await opened.ask(COUNT)
    query = """mutation($input: PublishArticleInput!) { publishArticle(input: $input) {
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


async def test_a_token_shares_with_itself_alone(opened: Graph, world: World) -> None:
    made = [await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None) for _ in range(2)]
    one, other = ({"authorization": f"Bearer {token}"} for _, token in made)
    await _heard(opened)
    opened.statements.clear()
    cold = await opened.post(COUNT, None, **one)
    hit = await opened.post(COUNT, None, **one)
    assert hit.body == cold.body
    assert hit.headers["server-timing"] == "cache;desc=hit"
    assert len(opened.statements) == 1
    assert (await opened.post(COUNT, None, **other)).headers["server-timing"] != "cache;desc=hit"
    assert len(opened.statements) == 2


async def test_a_token_that_was_taken_back_is_not_answered_with_what_is_kept(
    opened: Graph, world: World
) -> None:
    number, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    headers = {"authorization": f"Bearer {token}"}
    await _heard(opened)
    assert (await opened.post(COUNT, None, **headers)).status == 200
    await tokens.revoke(EDITOR, number)
    await asyncio.sleep(0.05)  # word of it comes by way of the database
    assert (await opened.post(COUNT, None, **headers)).status == 401


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
    shared = opened.app.graphql.answering.shared
    before = list(shared._kept)
    for _ in range(2):
        assert "errors" in (await opened.post(query)).json()
    assert list(shared._kept) == before


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


class Asking:
    """A statement that runs until it is told to end. asked: how often it was begun; ended: how
    often it was cancelled."""

    def __init__(self, changes: Changes) -> None:
        self.shared = SharedReads(changes)
        self.gate = asyncio.Event()
        self.asked = self.ended = 0
        self.disconnects = Disconnects()
        self.left: list[asyncio.Event] = []

    async def _ask(self) -> Reply:
        self.asked += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ended += 1
            raise
        return _reply()

    async def _once(self) -> Reply:
        left = asyncio.Event()

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        self.left.append(left)
        mark = self.shared.mark(("article",))
        with self.disconnects.running(receive, math.inf) as waiting:
            return await self.shared.once("question", mark, waiting, self._ask)

    async def start(self) -> asyncio.Task[Reply]:
        task = asyncio.create_task(self._once())
        await self.settle()
        return task

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
            self.disconnects.sweep(0.0)

    async def leave(self, number: int) -> None:
        self.left[number].set()
        await self.settle()


async def test_a_flight_from_before_a_write_is_not_joined() -> None:
    changes = _listening()
    asking = Asking(changes)
    first, second = await asking.start(), await asking.start()
    changes.heard("article")
    third = await asking.start()
    asking.gate.set()
    assert [await task for task in (first, second, third)] == [_reply()] * 3
    assert asking.asked == 2


@pytest.mark.parametrize("leaving", [0, 1])
async def test_a_flight_goes_on_while_somebody_waits(leaving: int) -> None:
    asking = Asking(_listening())
    both = [await asking.start(), await asking.start()]
    await asking.leave(leaving)
    assert asking.ended == 0
    asking.gate.set()
    assert await both[1 - leaving] == _reply()
    assert (asking.asked, asking.ended) == (1, 0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_flight_ends_with_the_last_who_waits(order: tuple[int, int]) -> None:
    asking = Asking(_listening())
    both = [await asking.start(), await asking.start()]
    for number in order:
        await asking.leave(number)
    assert (asking.asked, asking.ended) == (1, 1)
    assert [type(task.exception()) for task in both] == [Disconnected, Disconnected]
    third = await asking.start()  # nothing of what ended is joined
    asking.gate.set()
    assert await third == _reply()
    assert asking.asked == 2


async def test_whoever_shares_a_flight_that_fails_hears_of_it() -> None:
    asking = Asking(_listening())
    both = [await asking.start(), await asking.start()]
    both[0].cancel()
    await asking.settle()
    assert [task.cancelled() for task in both] == [True, True]
