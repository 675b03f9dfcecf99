"""GraphQL over HTTP: GET for queries, POST for everything, one JSON answer."""

from __future__ import annotations

import time

import structlog
from starlette.types import Receive, Scope, Send

from api import slow_operations
from api.answering import Answering
from api.asked import GRAPHQL_JSON, JSON, check_content_type
from api.callers import request_id_of
from api.encodings import PLAIN, accepted
from api.etags import matches
from api.exchange import Exchange
from api.graphiql import PAGE
from api.metrics.operations import Operations
from api.outcomes import EXPECTED, refusal_of, refused
from api.replies import Disconnected, Reply, headers_of, read_body
from api.timings import server_timing

log = structlog.get_logger()

MAX_BODY = 1_000_000


class GraphQL:
    """The ASGI application behind /graphql. answering: there once the process has started."""

    answering: Answering

    def __init__(self, operations: Operations, *, slow_seconds: float) -> None:
        self._operations = operations
        self._slow_seconds = slow_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        media_type = GRAPHQL_JSON if GRAPHQL_JSON in headers.get(b"accept", b"") else JSON
        exchange = Exchange(headers, receive, request_id_of(headers), media_type)
        try:
            reply = await self._reply(scope, exchange)
        except Disconnected:
            return
        except EXPECTED as error:
            reply = refused(*refusal_of(error, MAX_BODY), media_type)
        except Exception as error:
            log.exception("request failed", request_id=exchange.request_id, exc_info=error)
            message = f"something went wrong; request {exchange.request_id}"
            reply = refused(message, "INTERNAL", 500, JSON)
        ended_at = time.perf_counter()
        self._operations.count(exchange, reply, ended_at)
        if ended_at - exchange.begun_at > self._slow_seconds:
            slow_operations.tell(exchange, ended_at)
        more = ((b"x-request-id", exchange.request_id.encode()), *server_timing(exchange, ended_at))
        await reply.send(send, exchange.accepted, more, is_head=scope["method"] == "HEAD")

    async def _reply(self, scope: Scope, exchange: Exchange) -> Reply:
        exchange.accepted = accepted(exchange.headers.get(b"accept-encoding"))
        match scope["method"]:
            case "POST":
                exchange.asks = True
                check_content_type(exchange.headers.get(b"content-type", b""))
                body = await read_body(exchange.receive, exchange.headers, limit=MAX_BODY)
                exchange.begin(body)
                return await self.answering.reply(exchange)
            case "GET" | "HEAD":
                exchange.begin(scope["query_string"], is_safe=True)
                return await self._get(exchange)
            case _:
                exchange.accepted = PLAIN
                return Reply(405, b"text/plain", b"", ((b"allow", b"GET, HEAD, POST"),))

    async def _get(self, exchange: Exchange) -> Reply:
        if not _asks(exchange.given) and b"text/html" in exchange.headers.get(b"accept", b""):
            return Reply(200, b"text/html; charset=utf-8", PAGE.encode())
        exchange.asks = True
        reply = await self.answering.reply(exchange)
        known = exchange.headers.get(b"if-none-match")
        if known is not None and reply.tag and matches(known, reply.tag):
            return Reply(304, reply.media_type, b"", reply.headers, reply.tag)
        return reply


def _asks(query_string: bytes) -> bool:
    return any(name in query_string for name in (b"query=", b"documentId=", b"persistedQuery"))
