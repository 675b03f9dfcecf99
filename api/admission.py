"""The door: who comes in, and who is told at once to come later."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from api.addresses import Addresses
from api.deadlines import ENDS_AT, wished_seconds
from api.load import Load, TurnedAway
from api.meters import METER, Allowances, Meter
from api.rates import RateLimited
from api.replies import headers_of

ALWAYS = frozenset({"/livez", "/readyz"})
"""Answered however much is under way: they tell operators of it. Metrics are not asked here."""


class Admission:
    """An ASGI application before another one. seconds: the longest a request may take."""

    def __init__(
        self,
        inner: ASGIApp,
        addresses: Addresses,
        load: Load,
        allowances: Allowances,
        *,
        seconds: float,
    ) -> None:
        self._inner = inner
        self._seconds = seconds
        self._addresses = addresses
        self._load = load
        self._allowances = allowances

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan" or scope["path"] in ALWAYS:
            await self._inner(scope, receive, send)
            return
        meter = Meter(self._allowances, self._addresses.of(scope), self._load)
        if kind == "websocket":
            scope[METER] = meter
            await self._inner(scope, receive, send)
            return
        try:
            meter.enter()
        except TurnedAway as error:
            await _refuse(send, scope, error.status, error.code, str(error), error.retry_after)
            return
        scope[METER] = meter
        try:
            meter.begin(is_known=_says_who(scope) and scope["path"] == "/graphql")
        except RateLimited as error:
            await _refuse(send, scope, 429, "RATE_LIMITED", str(error))
        else:
            scope[ENDS_AT] = asyncio.get_running_loop().time() + self._patience(scope)
            await self._inner(scope, receive, send)
        finally:
            meter.release()

    def _patience(self, scope: Scope) -> float:
        """Seconds that it may take."""
        if b"prefer" not in headers_of(scope):
            return self._seconds
        given = (wished_seconds(value) for name, value in scope["headers"] if name == b"prefer")
        return min(self._seconds, *(wish or self._seconds for wish in given))


def _says_who(scope: Scope) -> bool:
    headers = headers_of(scope)
    return b"authorization" in headers or b"cookie" in headers


async def _refuse(
    send: Send, scope: Scope, status: int, code: str, message: str, retry_after: int = 0
) -> None:
    """In the form of whom it asked: GraphQL's, or /v1's."""
    if scope["path"] == "/graphql":
        content: object = {"errors": [{"message": message, "extensions": {"code": code}}]}
    else:
        content = {"error": {"code": code, "message": message}}
    body = msgspec.json.encode(content)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    if retry_after:
        headers.append((b"retry-after", b"%d" % retry_after))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
