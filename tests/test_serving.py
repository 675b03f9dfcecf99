"""Two real server processes on one database: what is shared ends everywhere, and what nobody waits
for is ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest_asyncio

from domain.access import Role
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.database import connection_parameters, open_database
from domain.tokens import actions as tokens
from tests.rows import EDITOR, World, make_article, make_world
from tests.serving import Served, answer_of, served

COUNT = "{ articles { totalCount } }"
TIMEOUT_SECONDS = 3.0


def post(query: str, **headers: str) -> bytes:
    body = json.dumps({"query": query}).encode()
    given = {"Host": "tests", "Content-Type": "application/json", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    head = "\r\n".join(["POST /graphql HTTP/1.1", *lines, f"Content-Length: {len(body)}"])
    return head.encode() + b"\r\n\r\n" + body


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_database(database_url):
        yield await make_world()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(world: World, database_url: str) -> AsyncIterator[tuple[Served, Served]]:
    given = {
        "XINFENG_DATABASE_POOL_SIZE": "1",
        "XINFENG_STATEMENT_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
        "XINFENG_LOG_LEVEL": "error",
    }
    with served(database_url, number=2, **given) as (one, other):
        yield one, other


@pytest_asyncio.fixture(loop_scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    yield connection
    await connection.close()


async def _count(server: Served, **headers: str) -> Any:
    status, _, body = await server.ask(post(COUNT, **headers))
    assert status == 200
    return json.loads(body)["data"]["articles"]["totalCount"]


async def _until(holds: Callable[[], Any], seconds: float = 2.0) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)


async def test_a_write_ends_what_is_shared_in_every_process(
    servers: tuple[Served, Served], world: World
) -> None:
    article_id = await make_article(world, title="新")
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    mine = {"Authorization": f"Bearer {token}"}
    await asyncio.sleep(1.1)  # word of all that has come, and what was kept has ended
    before = [await _count(server) for server in servers]
    drafts = [await _count(server, **mine) for server in servers]
    await articles.publish(EDITOR, article_id, 1)
    await asyncio.sleep(0.1)  # far less than the moment for which answers are kept
    assert [await _count(server) for server in servers] == [number + 1 for number in before]
    assert [await _count(server, **mine) for server in servers] == drafts


async def test_a_token_that_is_taken_back_stops_in_every_process(
    servers: tuple[Served, Served], world: World
) -> None:
    number, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    asked = post(COUNT, Authorization=f"Bearer {token}")
    assert [(await server.ask(asked))[0] for server in servers] == [200, 200]
    await tokens.revoke(EDITOR, number)
    await asyncio.sleep(0.1)
    assert [(await server.ask(asked))[0] for server in servers] == [401, 401]


async def _running(connection: asyncpg.Connection) -> int:
    """How many statements that read are under way."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'xinfeng-reader' AND state = 'active'"
    )
    return found


async def test_a_statement_nobody_waits_for_is_ended(
    servers: tuple[Served, Served], connection: asyncpg.Connection, database_url: str
) -> None:
    server, _ = servers
    locking = await asyncpg.connect(**connection_parameters(database_url))
    try:
        async with locking.transaction():
            await locking.execute("LOCK TABLE article IN ACCESS EXCLUSIVE MODE")
            both = [await server.send(post("{ articles { nodes { slug } } }")) for _ in range(2)]

            async def is_running() -> bool:
                return await _running(connection) == 1

            async def is_ended() -> bool:
                return await _running(connection) == 0

            await _until(is_running)
            both[0][1].close()
            await asyncio.sleep(0.5)
            assert await is_running()  # the other one waits for the same statement
            both[1][1].close()
            await _until(is_ended, seconds=1.0)
            started = asyncio.get_running_loop().time()
            status, _, body = await server.ask(post("{ articles { nodes { title } } }"))
            assert asyncio.get_running_loop().time() - started >= TIMEOUT_SECONDS - 0.1
            assert status == 504
            (error,) = json.loads(body)["errors"]
            assert error["message"] == "this took too long; ask for less"
            assert error["extensions"] == {"code": "TIMED_OUT"}
    finally:
        await locking.close()
    assert (await server.ask(post("{ articles { nodes { title } } }")))[0] == 200


async def test_a_client_that_does_not_read_holds_no_connection(
    servers: tuple[Served, Served], world: World
) -> None:
    server, _ = servers
    for number in range(60):
        article_id = await make_article(world, title=f"长 {number}")
        await articles.publish(EDITOR, article_id, 1)
    # Written past the actions, which would cut each of these texts into words.
    await Article.filter(title__startswith="长 ").update(body="字" * 50_000)
    long = post("{ articles(first: 100) { nodes { body } } }", Cache_Control="no-cache")
    reader, writer = await server.send(long)  # and reads nothing of 9 MB
    await asyncio.sleep(0.5)
    async with asyncio.timeout(2):
        assert (await server.ask(post(COUNT, Cache_Control="no-cache")))[0] == 200
    status, headers, _ = await answer_of(reader)
    assert status == 200
    assert int(headers["content-length"]) > 8_000_000
    writer.close()
