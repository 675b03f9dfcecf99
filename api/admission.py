"""The door: who comes in, and who is told at once to come later."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from api.addresses import Addresses
from api.deadlines import ENDS_AT, wished_seconds
from api.load import Load, Overloaded, TooManyAtOnce
from api.meters import Allowances, Meter
from api.rates import RateLimited

ALWAYS = frozenset({"/livez", "/readyz"})
"""Answered however much is under way: they tell operators of it. Metrics are not asked here."""

CREDENTIALS = (b"authorization", b"cookie")
METER = "xinfeng.meter"
"""Where a scope holds its meter."""


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
        address = self._addresses.of(scope)
        meter = scope[METER] = Meter(self._allowances, address, self._load, send)
        if kind == "websocket":
            await self._inner(scope, receive, send)
            return
        try:
            meter.enter()
        except Overloaded as error:
            message = "too much is under way here; try again soon"
            await _refuse(send, scope, 503, "OVERLOADED", message, error.retry_after)
            return
        except TooManyAtOnce as error:
            message = "too many requests at once from this address; wait for their answers"
            await _refuse(send, scope, 429, "TOO_MANY_AT_ONCE", message, error.retry_after)
            return
        try:
            await self._admit(meter, scope, receive)
        finally:
            meter.release()

    async def _admit(self, meter: Meter, scope: Scope, receive: Receive) -> None:
        says_who, seconds = False, self._seconds
        for name, value in scope["headers"]:
            if name in CREDENTIALS:
                says_who = True
            elif name == b"prefer":
                seconds = min(seconds, wished_seconds(value) or seconds)
        scope[ENDS_AT] = asyncio.get_running_loop().time() + seconds
        try:
            meter.begin(is_known=says_who and scope["path"] == "/graphql")
        except RateLimited as error:
            await _refuse(meter.send, scope, 429, "RATE_LIMITED", str(error))
            return
        await self._inner(scope, receive, meter.send)


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
