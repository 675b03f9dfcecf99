"""Requests as spans of a trace: who asked for what is told by names and hashes, never by values."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import Exchange
from api.replies import HEADERS, Reply, headers_of
from api.request_ids import GIVEN, HEADER
from domain.spans import Attributes, Span, Spans, telling
from schema.execution.engine import Prepared
from schema.execution.subscribing import Following

PLACE = "xinfeng.span"
"""In an ASGI scope, where the request is one."""

LONGEST_NAME = 100


class Traced:
    """An application whose requests are spans, as far as anybody collects them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        spans = telling()
        if spans is None:
            await self._app(scope, receive, send)
        else:
            await self._tell(spans, scope, receive, send)

    async def _tell(self, spans: Spans, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        given = headers.get(HEADER, b"")
        method = scope["method"]
        with spans.serve(
            method,
            {"http.request.method": method},
            request_id=given.decode() if GIVEN.fullmatch(given) else "",
            traceparent=headers.get(b"traceparent", b"").decode("latin-1"),
        ) as (span, request_id):
            scope[HEADERS] = {**headers, HEADER: request_id.encode()}
            scope[PLACE] = span

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _tell_status(span, message["status"])
                await send(message)

            await self._app(scope, receive, told)


def _tell_status(span: Span, status: int) -> None:
    span.add({"http.response.status_code": status})
    if status >= 500:
        span.fail(str(status))


def tell_exchange(span: Span, exchange: Exchange, reply: Reply) -> None:
    """What was asked of the graph."""
    span.add({"http.route": "/graphql"})
    if exchange.prepared is not None:
        span.add(operation(exchange.prepared))
    elif exchange.is_hit and reply.operation is not None:
        span.add({"graphql.operation.name": reply.operation[:LONGEST_NAME]})
    if reply.codes:
        span.add({"graphql.error.codes": " ".join(sorted(set(reply.codes)))})
    span.add({"xinfeng.kept": exchange.is_hit, "xinfeng.cost": exchange.cost})


def operation(prepared: Prepared) -> Attributes:
    """Its name, its type, and which document it stands in."""
    return {
        "graphql.operation.name": (prepared.operation_name or "")[:LONGEST_NAME],
        "graphql.operation.type": prepared.operation.operation.value,
        "graphql.document.hash": _digest(prepared.document.text),
    }


def named(following: Following) -> Attributes:
    """Of an event."""
    return {"graphql.operation.name": (following.operation_name or "")[:LONGEST_NAME]}


@lru_cache(1_000)
def _digest(text: str) -> str:
    """The id under which automatic persisted queries know it."""
    return hashlib.sha256(text.encode()).hexdigest()
