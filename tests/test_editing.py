"""Who edits an article just now: shown to those who see drafts, followed, forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout

from domain.access import SYSTEM, Act, Kind, Role, Viewer
from domain.articles import actions
from domain.articles.models import Article, ArticleEditing
from domain.problems import Forbidden, Invalid, NotFound
from domain.tokens.actions import create
from tests.rows import EDITOR, NO_SUCH, STRANGER, make_article, make_world, refused
from tests.test_push_docs import server
from tests.test_subscriptions import socket, subscribe, told

FOLLOW = """subscription($ids: [ID!]!) { articleEditing(ids: $ids) {
    article { id } editors { name actorId block } } }"""
ASK = "query($id: ID!) { article(id: $id) { editors { name } } }"


@pytest.fixture(scope="module")
def url(database_url: str) -> Iterator[str]:
    with server(database_url) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def http(url: str, database: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(url, timeout=ClientTimeout(total=30)) as session:
        yield session


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(database: str) -> str:
    return (await create(Act(SYSTEM, datetime.now(UTC)), "t", Role.ADMINISTRATOR, None))[1]


def editor(number: int) -> Act:
    """One of several, now."""
    viewer = replace(EDITOR.viewer, number=number, name=f"editor {number}")
    return Act(viewer, datetime.now(UTC))


def event(article: str, *editors: tuple[int, str]) -> Any:
    listed = [
        {"name": f"editor {number}", "actorId": f"User:{number}", "block": block}
        for number, block in editors
    ]
    told_of = [{"article": {"id": article}, "editors": listed}]
    return {"id": "a", "type": "next", "payload": {"data": {"articleEditing": told_of}}}


async def test_who_edits_is_followed(http: ClientSession, token: str) -> None:
    number = await make_article(await make_world())
    article = f"Article:{number}"
    async with socket(http, init={"Authorization": f"Bearer {token}"}) as opened:
        await subscribe(opened, "a", FOLLOW, ids=[article])
        assert await told(opened) == event(article)
        await actions.touch_editing(editor(7), number, "b1")
        assert await told(opened) == event(article, (7, "b1"))
        await actions.touch_editing(editor(7), number, "b1")  # nothing new: no event
        await actions.touch_editing(editor(8), number)
        assert await told(opened) == event(article, (7, "b1"), (8, ""))
        await actions.touch_editing(editor(7), number, "b2")
        assert await told(opened) == event(article, (7, "b2"), (8, ""))
        await actions.stop_editing(editor(8), number)
        assert await told(opened) == event(article, (7, "b2"))


async def test_who_is_not_heard_of_any_more_is_forgotten(http: ClientSession, token: str) -> None:
    number = await make_article(await make_world())
    article = f"Article:{number}"
    await actions.touch_editing(editor(7), number)
    async with socket(http, init={"Authorization": f"Bearer {token}"}) as opened:
        await subscribe(opened, "a", FOLLOW, ids=[article])
        assert await told(opened) == event(article, (7, ""))
        await actions.forget_editing(datetime.now(UTC) + timedelta(seconds=50))
        assert await ArticleEditing.filter(article_id=number).count() == 1
        await actions.forget_editing(datetime.now(UTC) + timedelta(seconds=70))
        assert await told(opened) == event(article)


async def test_others_neither_see_nor_hear_of_it(http: ClientSession, token: str) -> None:
    number = await make_article(await make_world())
    await actions.publish(EDITOR, number, 1)
    article = f"Article:{number}"
    await actions.touch_editing(editor(7), number)
    admin = {"Authorization": f"Bearer {token}"}
    seen: list[tuple[dict[str, str], Any]] = [({}, []), (admin, [{"name": "editor 7"}])]
    for header, editors in seen:
        asked = {"query": ASK, "variables": {"id": article}}
        async with http.post("/graphql", json=asked, headers=header) as answer:
            assert (await answer.json())["data"] == {"article": {"editors": editors}}
    async with socket(http) as opened:
        await subscribe(opened, "a", FOLLOW, ids=[article])
        await actions.touch_editing(editor(8), number)
        await actions.stop_editing(editor(7), number)
        await opened.send_json({"type": "ping"})
        assert await told(opened) == {"type": "pong"}


WRONG = [(["Post:1"], "type Article"), ([], "empty"), (["Article:1"] * 101, "100")]


async def test_what_may_not_be_followed_is_refused(http: ClientSession) -> None:
    async with socket(http) as opened:
        for ids, said in WRONG:
            await subscribe(opened, "a", FOLLOW, ids=ids)
            answer = await told(opened)
            assert answer["type"] == "error"
            assert said in answer["payload"][0]["message"]


async def test_saying_so_is_no_edit(database: str) -> None:
    number = await make_article(await make_world())
    (before,) = await Article.filter(id=number).values()
    await actions.touch_editing(EDITOR, number, "b1")
    await actions.stop_editing(EDITOR, number)
    (after,) = await Article.filter(id=number).values()
    assert after == before
    reader = Act(Viewer(Kind.USER, 9, "reader"), EDITOR.now)
    for act in (STRANGER, reader):
        async with refused(Forbidden):
            await actions.touch_editing(act, number)
    async with refused(NotFound, "id"):
        await actions.touch_editing(EDITOR, NO_SUCH)
    async with refused(Invalid, "block", code="TOO_LONG"):
        await actions.touch_editing(EDITOR, number, "x" * 41)
