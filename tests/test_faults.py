"""A server that is told to stop, or killed, and a disk that is full: what was acknowledged is
there, and nothing half done stays."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import psutil
import pytest
import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.database import connection_parameters, open_database
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox
from domain.tokens import actions as tokens
from tests.graph import KEY
from tests.pushes import batch, item, sign
from tests.rows import EDITOR, NOW, World, make_post, make_world
from tests.serving import Served, answer_of, served

FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION full_disk();
"""
"""What PostgreSQL says of a statement for which there is no room."""

CREATE = """
mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    ... on ArticlePayload { article { title } } ... on Problem { code } } }
"""
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nhost: tests\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
GOING_AWAY = b"\x88\x0c\x03\xe9Going away"
WAITING = """
SELECT EXISTS (
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
)
"""
FOLLOW = 'subscription { engagementChanged(ids: ["Network:1"]) { id } }'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_database(database_url):
        yield await make_world()


@pytest_asyncio.fixture(loop_scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    yield connection
    await connection.close()


async def bearer_token() -> str:
    return (await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None))[1]


@asynccontextmanager
async def disk_full(connection: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    await connection.execute(FULL.format(table=table))
    try:
        yield
    finally:
        await connection.execute("DROP FUNCTION full_disk CASCADE")


def request(target: str, body: bytes, **headers: str) -> bytes:
    given = {"host": "tests", "content-type": "application/json", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    head = "\r\n".join([f"POST {target} HTTP/1.1", *lines, f"content-length: {len(body)}"])
    return head.encode() + b"\r\n\r\n" + body


def creation(world: World, title: str, bearer: str) -> bytes:
    given = {
        "title": title,
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    body = json.dumps({"query": CREATE, "variables": {"input": given}}).encode()
    return request("/graphql", body, authorization=f"Bearer {bearer}")


async def titled(connection: asyncpg.Connection, title: str) -> tuple[int, int]:
    """How many articles of that title there are, and how many entries tell of one."""
    articles = await connection.fetchval("SELECT count(*) FROM article WHERE title = $1", title)
    entries = await connection.fetchval(
        "SELECT count(*) FROM audit_entry WHERE after->>'title' = $1", title
    )
    return articles, entries


@asynccontextmanager
async def asked(server: Served, request: bytes) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await server.send(request)
    try:
        yield reader
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def until_one_waits(connection: asyncpg.Connection, *, one: bool = True) -> None:
    """Until a statement waits for a lock, or none does any more."""
    deadline = time.monotonic() + 30
    while await connection.fetchval(WAITING) != one:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
        await connection.execute("SELECT pg_stat_clear_snapshot()")  # kept in a transaction else


async def test_a_mutation_under_way_ends_before_the_server_does(
    world: World, connection: asyncpg.Connection, database_url: str
) -> None:
    mutation = creation(world, "停机之前", await bearer_token())
    with served(database_url) as (server,):
        async with asked(server, mutation) as reader:
            async with connection.transaction():
                await connection.execute("LOCK TABLE article IN EXCLUSIVE MODE")
                await until_one_waits(connection)
                server.process.send_signal(signal.SIGTERM)
                await asyncio.sleep(0.5)
                assert server.process.poll() is None
            status, _, body = await answer_of(reader)
        assert status == 200
        assert json.loads(body)["data"] == {"createArticle": {"article": {"title": "停机之前"}}}
        assert await asyncio.to_thread(server.process.wait, 10) == 0
    assert await titled(connection, "停机之前") == (1, 1)


async def test_a_server_killed_in_a_mutation_leaves_nothing_of_it(
    world: World, connection: asyncpg.Connection, database_url: str
) -> None:
    mutation = creation(world, "一半", await bearer_token())
    with served(database_url) as (server,):
        async with asked(server, mutation) as reader, connection.transaction():
            await connection.execute("LOCK TABLE audit_entry IN EXCLUSIVE MODE")
            await until_one_waits(connection)
            for child in psutil.Process(server.process.pid).children():
                child.kill()
            server.process.kill()
            with pytest.raises(asyncio.IncompleteReadError):
                await answer_of(reader)
        await until_one_waits(connection, one=False)
    assert await titled(connection, "一半") == (0, 0)


def frame(message: dict[str, Any]) -> bytes:
    """A short text for a WebSocket, masked by nothing (RFC 6455, 5.2)."""
    text = json.dumps(message).encode()
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


async def test_who_follows_is_let_go_when_the_server_stops(world: World, database_url: str) -> None:
    body = json.dumps({"query": FOLLOW}).encode()
    events = request("/graphql", body, accept="text/event-stream")
    with served(database_url) as (server,):
        async with (
            asked(server, events) as stream,
            asked(server, UPGRADE + frame({"type": "connection_init"})) as socket,
            asyncio.timeout(10),
        ):
            await stream.readuntil(b"event: next")
            await socket.readuntil(b"connection_ack")
            server.process.send_signal(signal.SIGTERM)
            assert b"complete" not in await stream.read()
            # The last word, 1001, may be lost with the process: a client connects again either way.
            assert await socket.read() in (b"", b"}", b'"}', GOING_AWAY, b'"}' + GOING_AWAY)
        assert await asyncio.to_thread(server.process.wait, 10) == 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(world: World, database_url: str) -> AsyncIterator[Served]:
    with served(database_url) as (one,):
        yield one


@pytest.mark.parametrize("table", ["article", "audit_entry"])
async def test_a_mutation_for_which_there_is_no_room(
    server: Served, world: World, connection: asyncpg.Connection, table: str
) -> None:
    asked = creation(world, f"磁盘已满 {table}", await bearer_token())
    async with disk_full(connection, table):
        status, headers, body = await server.ask(asked)
        assert (status, headers["retry-after"]) == (503, "2")
        (error,) = json.loads(body)["errors"]
        assert error["extensions"] == {"code": "UNAVAILABLE"}
        assert "space" not in body.decode()
        assert await titled(connection, f"磁盘已满 {table}") == (0, 0)
    status, _, _ = await server.ask(asked)
    assert status == 200
    assert await titled(connection, f"磁盘已满 {table}") == (1, 1)


@pytest.mark.parametrize("table", ["observation", "engagement_dirty", "delivery"])
async def test_a_push_for_which_there_is_no_room_is_not_acknowledged(
    server: Served, world: World, connection: asyncpg.Connection, table: str
) -> None:
    post = await make_post(world.account_id)
    secret = await issue_secret(Act(SYSTEM, NOW), SecretBox((KEY,)), world.partner_id)
    now = datetime.now(UTC)
    moments = [(now - timedelta(hours=hours)).isoformat() for hours in (2, 1)]
    body = batch(*(item(post, 5, observedAt=moment) for moment in moments))
    asked = _push(world, secret, f"full-{table}", body)

    async def kept() -> int:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM observation WHERE post_id = $1", post
        )
        return found

    async with disk_full(connection, table):
        status, headers, _ = await server.ask(asked)
        assert status == 503
        assert int(headers["retry-after"]) >= 1
        assert await kept() == 0
    status, _, answer = await server.ask(asked)
    told: dict[str, Any] = json.loads(answer)
    assert (status, told["accepted"], told["duplicates"]) == (200, 2, 0)
    assert await kept() == 2


def _push(world: World, secret: str, webhook_id: str, body: bytes) -> bytes:
    now = int(time.time())
    return request(
        f"/v1/engagement?partner=Partner:{world.partner_id}",
        body,
        webhook_id=webhook_id,
        webhook_timestamp=str(now),
        webhook_signature=sign(secret, webhook_id, now, body),
    )
