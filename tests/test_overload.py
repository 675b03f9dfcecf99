"""A real server that too many ask at once, and clients that are slow on purpose."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from commands.http_server import HEAD_SECONDS
from domain.database import connection_parameters
from tests.serving import Served, answer_of, served

AT_ONCE, EACH = 10, 3
QUERY = json.dumps({"query": "{ articles(first: 1) { nodes { id } } }"}).encode()
LARGE = json.dumps(
    {"query": "{ __schema { types { name description fields { name description } } } }"}
).encode()


@pytest.fixture(scope="module")
def server(database_url: str) -> Iterator[Served]:
    given = {
        "XINFENG_REQUESTS_AT_ONCE": AT_ONCE,
        "XINFENG_BODY_SECONDS": 1,
        "XINFENG_UNTAKEN_SECONDS": 1,
        "XINFENG_FOLLOWING_EACH": EACH,
        "XINFENG_TRUSTED_PROXIES": "127.0.0.1",
        "XINFENG_LOG_LEVEL": "error",
    }
    environment: dict[str, Any] = {name: str(value) for name, value in given.items()}
    with served(database_url, **environment) as (one,):
        yield one


def request(body: bytes = QUERY, *, method: str = "POST", path: str = "/graphql") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: tests",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


LIVE = request(b"", method="GET", path="/livez")
READY = request(b"", method="GET", path="/readyz")


@asynccontextmanager
async def stuck(database_url: str) -> AsyncIterator[None]:
    """Nothing that reads articles comes to an end."""
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE article IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def test_the_newest_are_turned_away_at_once(server: Served, database_url: str) -> None:
    async with stuck(database_url):
        first = [asyncio.create_task(server.ask(request())) for _ in range(AT_ONCE)]
        await asyncio.sleep(0.5)
        started = time.perf_counter()
        newest = await asyncio.gather(*(server.ask(request()) for _ in range(200)))
        live, ready = await asyncio.gather(server.ask(LIVE), server.ask(READY))
        took = time.perf_counter() - started
        assert not any(task.done() for task in first)
    assert {status for status, _, _ in newest} == {503}
    assert {headers["retry-after"] for _, headers, _ in newest} == {"1"}
    assert {json.loads(body)["errors"][0]["extensions"]["code"] for _, _, body in newest} == {
        "OVERLOADED"
    }
    assert (live[0], ready[0]) == (200, 200)
    assert took < 5
    served_ones = await asyncio.gather(*first)
    assert [status for status, _, _ in served_ones] == [200] * AT_ONCE
    assert (await server.ask(request()))[0] == 200


async def test_who_sends_slowly_is_left(server: Served) -> None:
    started = time.perf_counter()
    reader, writer = await server.send(request()[:-5])
    status, headers, body = await answer_of(reader)
    assert status == 408
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "TOO_SLOW"
    assert 0.9 < time.perf_counter() - started < 3
    assert headers["connection"] == "close"
    assert await reader.read() == b""
    writer.close()
    push = request(b"x" * 20, path="/v1/engagement?partner=Partner:1")
    assert (await server.ask(push))[0] != 408


@pytest.mark.parametrize(
    "more", [b"".join(b"a%d: b\r\n" % n for n in range(200)), b"a: " + b"b" * 200_000 + b"\r\n"]
)
async def test_headers_are_bounded(server: Served, more: bytes) -> None:
    status, _, _ = await server.ask(b"GET /livez HTTP/1.1\r\nHost: tests\r\n" + more + b"\r\n")
    assert status == 431


async def test_who_takes_nothing_of_an_answer_is_cut_off(server: Served) -> None:
    """The answers are larger than what the system keeps for both sides."""
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, ("127.0.0.1", server.port))
        await loop.sock_sendall(slow, request(LARGE) * 100)
        await asyncio.sleep(4)
        with pytest.raises(ConnectionResetError):
            await read_to_the_end(slow)
    assert (await server.ask(LIVE))[0] == 200


async def read_to_the_end(opened: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while await asyncio.wait_for(loop.sock_recv(opened, 2**20), 5):
        pass


class Connection:
    """A WebSocket that reads only when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, content: object) -> None:
        text, mask = json.dumps(content).encode(), os.urandom(4)
        length = bytes([0x80 | 126]) + len(text).to_bytes(2)
        masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(text))
        self.writer.write(b"\x81" + length + mask + masked)

    async def frame(self) -> tuple[int, bytes]:
        """Its kind, and what it holds."""
        first, length = await self.reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2))
        elif length == 127:
            length = int.from_bytes(await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(length)


@pytest_asyncio.fixture
async def closing() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def connected(
    server: Served, closing: AsyncExitStack, address: str, *, buffer: int = 2**16
) -> Connection:
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", server.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=buffer)
    closing.callback(writer.close)
    lines = [
        "GET /graphql HTTP/1.1",
        "Host: tests",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
        f"X-Forwarded-For: {address}",
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    opened = Connection(reader, writer)
    opened.send({"type": "connection_init"})
    return opened


async def is_taken(opened: Connection) -> bool:
    kind, content = await asyncio.wait_for(opened.frame(), 5)
    if kind == 8:
        assert int.from_bytes(content[:2]) == 4429
        return False
    assert json.loads(content) == {"type": "connection_ack"}
    return True


async def test_an_address_has_so_many_connections(server: Served, closing: AsyncExitStack) -> None:
    opened = [await connected(server, closing, "192.0.2.1") for _ in range(EACH)]
    assert [await is_taken(each) for each in opened] == [True] * EACH
    assert not await is_taken(await connected(server, closing, "192.0.2.1"))
    assert await is_taken(await connected(server, closing, "192.0.2.2"))
    opened[0].writer.close()
    await asyncio.sleep(0.5)
    assert await is_taken(await connected(server, closing, "192.0.2.1"))


async def test_a_connection_that_takes_nothing_makes_room(
    server: Served, closing: AsyncExitStack
) -> None:
    slow = await connected(server, closing, "192.0.2.3", buffer=4_096)
    others = [await connected(server, closing, "192.0.2.3") for _ in range(EACH - 1)]
    assert [await is_taken(each) for each in (slow, *others)] == [True] * EACH
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it can also read
    for number in range(40):
        payload = {"query": json.loads(LARGE)["query"]}
        slow.send({"id": f"{number}", "type": "subscribe", "payload": payload})
    deadline = time.monotonic() + 15
    while not await is_taken(await connected(server, closing, "192.0.2.3")):
        assert time.monotonic() < deadline, "it still holds its place"
        await asyncio.sleep(0.5)


@pytest.mark.slow
async def test_who_never_ends_the_headers_is_left(server: Served) -> None:
    reader, writer = await server.send(b"POST /graphql HTTP/1.1\r\nHost: te")
    started = time.perf_counter()
    await asyncio.wait_for(reader.read(), HEAD_SECONDS * 2)
    assert time.perf_counter() - started > HEAD_SECONDS - 1
    writer.close()
