"""The one way out: requests to platforms, with bounds on time and on size."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    ThreadedResolver,
)
from yarl import URL

from domain.spans import Kind, Span, span
from outgoing.guards import Guard, GuardedResolver, LiteralCheck, NotAllowed
from workers.platforms.failures import Refused, Retryable
from workers.platforms.protocol import Answer, Request

USER_AGENT = "Xinfeng/0.1 (media statistics; one request at a time per account)"
MOST_BYTES = 2 * 1024 * 1024
"""Both of what is sent and of what it unpacks to. A hundred posts are some 30 KB."""
CONNECT_SECONDS = 10.0
PIECE = 64 * 1024
GZIP = 16 + zlib.MAX_WBITS


@asynccontextmanager
async def open_session(timeout_seconds: float, guard: Guard) -> AsyncIterator[ClientSession]:
    """The session of this process: no cookies, no proxies out of the environment, no way to private
    addresses, as an account may name the server it lives on."""
    timeout = ClientTimeout(total=timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds))
    async with ClientSession(
        connector=TCPConnector(resolver=GuardedResolver(guard, ThreadedResolver())),
        middlewares=(LiteralCheck(guard),),
        timeout=timeout,
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": "application/json"},
    ) as session:
        yield session


async def ask(session: ClientSession, request: Request, clock: Callable[[], datetime]) -> Answer:
    """The whole answer, whatever its status; a redirect is an answer too and is not followed.

    Raises Retryable when there is none: out of time, no connection, cut short, too large; Refused
    when the address is none, or none that may be asked.
    """
    with span(request.method, Kind.CLIENT, {"http.request.method": request.method}) as told:
        return await _ask(session, request, clock, told)


async def _ask(
    session: ClientSession, request: Request, clock: Callable[[], datetime], told: Span
) -> Answer:
    """The span is told the host alone: what follows it may hold a token."""
    try:
        url = URL(request.full_url, encoded=True)
        told.add({"server.address": url.host or "", "server.port": url.port or 0})
        async with session.request(
            request.method,
            url,
            headers=dict(request.headers),
            data=request.body,
            allow_redirects=False,
        ) as response:
            body = await _body(response)
            headers = {name.lower(): value for name, value in response.headers.items()}
            told.add({"http.response.status_code": response.status})
            return Answer(response.status, headers, body, clock())
    except NotAllowed as fault:
        raise Refused(str(fault)) from fault
    except TimeoutError as error:
        raise Retryable("no answer in time") from error
    except ClientError as error:
        # The text of these errors shows addresses; the type says enough.
        raise Retryable(f"no whole answer: {type(error).__name__}") from error
    except ValueError as error:
        raise Refused("the platform's address is none") from error


async def _body(response: ClientResponse) -> bytes:
    packed = response.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip")
    if not packed and (response.content_length or MOST_BYTES + 1) <= MOST_BYTES:
        return await response.read()
    unpack = zlib.decompressobj(GZIP) if packed else None
    body = bytearray()
    received = 0
    async for piece in response.content.iter_chunked(PIECE):
        received += len(piece)
        room = MOST_BYTES + 1 - len(body)
        body += _unpacked(unpack, piece, room) if unpack else piece
        if received > MOST_BYTES or len(body) > MOST_BYTES:
            raise Retryable(f"the answer is larger than {MOST_BYTES} bytes")
    if unpack and not unpack.eof:
        raise Retryable("the packed answer is cut short")
    return bytes(body)


def _unpacked(unpack: zlib._Decompress, piece: bytes, room: int) -> bytes:
    """At most `room` bytes of it: a small piece may unpack to a thousand times its size."""
    try:
        return unpack.decompress(piece, room)
    except zlib.error as error:
        raise Retryable("the packed answer is damaged") from error
