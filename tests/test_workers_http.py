"""The one way out, against a server that answers as it is told to, byte by byte."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest

from outgoing.guards import Guard, places_of
from tests.outgoing import LOOPBACK
from tests.serving import free_port
from workers.http import MOST_BYTES, USER_AGENT, ask, open_session
from workers.platforms.failures import Refused, Retryable
from workers.platforms.protocol import Answer, Request

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


class Server:
    """Sends the same bytes to everybody, or waits in silence, and keeps what it was sent."""

    def __init__(self, reply: bytes | None) -> None:
        self.reply, self.url = reply, ""
        self.received: list[bytes] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received.append(await reader.readuntil(b"\r\n\r\n"))
        with suppress(ConnectionError):
            if self.reply is None:
                await reader.read()
            else:
                writer.write(self.reply)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def server(reply: bytes | None) -> AsyncIterator[Server]:
    opened = Server(reply)
    listening = await asyncio.start_server(opened.answer, "127.0.0.1", 0)
    opened.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield opened
    finally:
        listening.close()
        await listening.wait_closed()


def reply(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length or len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def get(url: str, timeout_seconds: float = 5.0) -> Answer:
    async with open_session(timeout_seconds, LOOPBACK) as session:
        return await ask(session, Request("GET", url, [("ids", "1,2")]), lambda: NOW)


async def reason(url: str, timeout_seconds: float = 5.0) -> str:
    with pytest.raises(Retryable) as caught:
        await get(url, timeout_seconds)
    return caught.value.reason


async def test_an_answer_is_whole() -> None:
    async with server(reply(b"[]", "Retry-After: 5", status="429 Too Many")) as opened:
        answer = await get(f"{opened.url}/x")
    assert (answer.status, answer.body, answer.received_at) == (429, b"[]", NOW)
    assert answer.headers["retry-after"] == "5"
    sent = opened.received[0].decode()
    assert sent.startswith("GET /x?ids=1,2 HTTP/1.1\r\n")
    assert f"User-Agent: {USER_AGENT}\r\n" in sent


async def test_packed_answers_are_unpacked() -> None:
    async with server(reply(gzip.compress(b"[1]", mtime=0), "Content-Encoding: gzip")) as opened:
        assert (await get(opened.url)).body == b"[1]"


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_taken() -> None:
    bomb = gzip.compress(b"0" * (200 * 1024 * 1024))
    assert len(bomb) < MOST_BYTES / 8
    async with server(reply(bomb, "Content-Encoding: gzip")) as opened:
        assert await reason(opened.url) == f"the answer is larger than {MOST_BYTES} bytes"


async def test_exactly_the_most_is_taken_and_one_byte_more_is_not() -> None:
    async with server(reply(b"0" * MOST_BYTES)) as opened:
        assert len((await get(opened.url)).body) == MOST_BYTES
    async with server(reply(b"0" * (MOST_BYTES + 1))) as opened:
        assert await reason(opened.url) == f"the answer is larger than {MOST_BYTES} bytes"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (reply(b"[", length=9), "no whole answer: ClientPayloadError"),
        (
            reply(gzip.compress(b"[]", mtime=0)[:-4], "Content-Encoding: gzip"),
            "the packed answer is cut short",
        ),
        (reply(b"no gzip", "Content-Encoding: gzip"), "the packed answer is damaged"),
        (b"", "no whole answer: ServerDisconnectedError"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "no whole answer: ClientResponseError"),
    ],
)
async def test_what_is_no_answer_may_be_one_later(sent: bytes, expected: str) -> None:
    async with server(sent) as opened:
        assert await reason(opened.url) == expected


async def test_nobody_there() -> None:
    address = f"http://127.0.0.1:{free_port()}/"
    assert await reason(address) == "no whole answer: ClientConnectorError"


async def test_nobody_answers_in_time() -> None:
    async with server(None) as opened:
        assert await reason(opened.url, 0.2) == "no answer in time"


async def test_redirects_are_not_followed_and_cookies_not_kept() -> None:
    headers = ("Location: http://127.0.0.1:1/elsewhere", "Set-Cookie: a=b")
    async with (
        server(reply(b"", *headers, status="302 Found")) as opened,
        open_session(5.0, LOOPBACK) as session,
    ):
        for _ in range(2):
            answer = await ask(session, Request("GET", opened.url), lambda: NOW)
            assert answer.status == 302
    assert len(opened.received) == 2
    assert b"Cookie" not in opened.received[1]


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://x/", "http://", "http://x:99999999/"])
async def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises((Refused, Retryable)):
        await get(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"])
async def test_an_account_leads_to_no_private_address(host: str) -> None:
    """An account names the server it lives on: it must not make us knock at doors of our own."""
    async with server(reply(b"[]")) as opened, open_session(5.0, Guard()) as session:
        url = opened.url.replace("127.0.0.1", host)
        with pytest.raises(Refused, match="no public address"):
            await ask(session, Request("GET", f"{url}/x"), lambda: NOW)
        assert opened.received == []


async def test_the_operators_place_is_asked_and_no_other_port_of_it() -> None:
    async with server(reply(b"[]")) as opened, server(reply(b"[]")) as other:
        guard = Guard(places=places_of([f"{opened.url}/weibo"]))
        async with open_session(5.0, guard) as session:
            answer = await ask(session, Request("GET", f"{opened.url}/x"), lambda: NOW)
            assert answer.status == 200
            with pytest.raises(Refused, match="no public address"):
                await ask(session, Request("GET", f"{other.url}/x"), lambda: NOW)
        assert other.received == []
