"""Calls an ASGI application as a server would, without one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

Headers = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Response:
    """headers: names in lower case; the last of equal ones. cookies: every Set-Cookie header."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    headers: Headers = (),
    body: bytes | Iterable[bytes] = b"",
    disconnects: bool = False,
) -> Response:
    """One request. `path` may carry a query.

    body: in parts, each is asked for only when the application wants it.
    disconnects: the connection ends where the body would.
    """
    sent: list[Message] = []
    coming = incoming([body] if isinstance(body, bytes) else body, disconnects)

    async def receive() -> Message:
        return await anext(coming)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope_of(method, path, headers), receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    return Response(
        status=start["status"],
        headers={
            name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]
        },
        body=b"".join(
            message.get("body", b"") for message in sent if message["type"] == "http.response.body"
        ),
        cookies=tuple(
            value.decode("latin-1") for name, value in start["headers"] if name == b"set-cookie"
        ),
    )


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """The application started, and stopped on leaving. Raises RuntimeError when it will not."""
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.create_task(_run(app, scope, to_app, from_app))
    await _step(to_app, from_app, "lifespan.startup")
    try:
        yield
    finally:
        await _step(to_app, from_app, "lifespan.shutdown")
        await task


async def _run(
    app: ASGIApp,
    scope: dict[str, Any],
    to_app: asyncio.Queue[Message],
    from_app: asyncio.Queue[Message],
) -> None:
    await app(scope, to_app.get, from_app.put)


async def _step(
    to_app: asyncio.Queue[Message], from_app: asyncio.Queue[Message], kind: str
) -> None:
    await to_app.put({"type": kind})
    answer = await asyncio.wait_for(from_app.get(), 30)
    if answer["type"] != f"{kind}.complete":
        raise RuntimeError(answer.get("message", "the application does not start"))


async def incoming(parts: Iterable[bytes], disconnects: bool) -> AsyncIterator[Message]:
    for part in parts:
        yield {"type": "http.request", "body": part, "more_body": True}
    if not disconnects:
        yield {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()  # the client stays
    while True:
        yield {"type": "http.disconnect"}


def scope_of(method: str, path: str, headers: Headers) -> dict[str, Any]:
    place, _, query = path.partition("?")
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(place),
        "raw_path": place.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
