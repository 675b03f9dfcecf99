"""GraphQL over HTTP: GET for queries, POST for everything, one JSON answer."""

from __future__ import annotations

import math
import time

import structlog
from starlette.types import Receive, Scope, Send

from api import slow_operations
from api.answering import Answering
from api.asked import JSON, BadRequest, check_content
from api.deadlines import ENDS_AT, TooSlow
from api.encodings import accepted
from api.etags import matches
from api.exchange import Exchange
from api.graphiql import page
from api.meters import METER
from api.metrics.operations import Operations
from api.negotiation import EVENT_STREAM, wanted
from api.outcomes import EXPECTED, refusal_of, refused
from api.replies import Disconnected, Headers, Reply, headers_of, read_body
from api.request_ids import request_id_of
from api.sse import as_events
from api.timings import server_timing
from api.traced import PLACE, tell_exchange

log = structlog.get_logger()

MAX_BODY = 1_000_000


class GraphQL:
    """The ASGI application behind /graphql. answering: there once the process has started."""

    answering: Answering

    def __init__(
        self,
        operations: Operations,
        *,
        slow_seconds: float,
        body_seconds: float,
        shows_graphiql: bool,
    ) -> None:
        self._body_seconds = body_seconds
        self._operations = operations
        self._slow_seconds = slow_seconds
        self._shows_graphiql = shows_graphiql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        exchange = Exchange(headers, receive, request_id_of(headers), JSON)
        exchange.meter = scope.get(METER)
        exchange.ends_at = scope.get(ENDS_AT, math.inf)
        try:
            reply = await self._reply(scope, exchange)
        except Disconnected:
            return
        except EXPECTED as error:
            reply = refused(*refusal_of(error, MAX_BODY), exchange.media_type)
        except Exception as error:
            log.exception("request failed", exc_info=error)
            message = f"something went wrong; request {exchange.request_id}"
            reply = refused(message, "INTERNAL", 500, JSON)
        ended_at = time.perf_counter()
        self._operations.count(exchange, reply, ended_at)
        if PLACE in scope:
            tell_exchange(scope[PLACE], exchange, reply)
        if ended_at - exchange.begun_at > self._slow_seconds:
            slow_operations.tell(exchange, ended_at)
        more = ((b"x-request-id", exchange.request_id.encode()), *server_timing(exchange, ended_at))
        await reply.send(send, exchange.accepted, more, is_head=scope["method"] == "HEAD")

    async def _reply(self, scope: Scope, exchange: Exchange) -> Reply:
        is_safe = scope["method"] in ("GET", "HEAD")
        if is_safe and self._shows_graphiql and _is_for_a_person(scope, exchange):
            return page()
        exchange.accepted = accepted(exchange.headers.get(b"accept-encoding"))
        exchange.asks = is_safe or scope["method"] == "POST"
        media_type = wanted(exchange.headers.get(b"accept")).answer
        if media_type is not EVENT_STREAM:
            exchange.media_type = media_type
        if is_safe:
            exchange.begin(scope["query_string"], is_safe=True)
            reply = await self._get(exchange)
        elif scope["method"] == "POST":
            exchange.begin(await self.body(exchange.headers, exchange.receive))
            reply = await self.answering.reply(exchange)
        else:
            raise BadRequest("ask by GET or POST", 405)
        whole = media_type is EVENT_STREAM and reply.status == 200
        return as_events(reply) if whole else reply

    async def body(self, headers: Headers, receive: Receive) -> bytes:
        """What is sent by POST. Raises BadRequest, TooLarge, TooSlow and Disconnected."""
        check_content(headers)
        with self.answering.disconnects.reading(self._body_seconds, TooSlow):
            return await read_body(receive, headers, limit=MAX_BODY)

    async def _get(self, exchange: Exchange) -> Reply:
        reply = await self.answering.reply(exchange)
        known = exchange.headers.get(b"if-none-match")
        if known is not None and reply.tag and matches(known, reply.tag):
            return Reply(304, reply.media_type, b"", reply.headers, reply.tag)
        return reply


def _is_for_a_person(scope: Scope, exchange: Exchange) -> bool:
    """Whether nothing is asked, by who reads pages."""
    if b"text/html" not in exchange.headers.get(b"accept", b""):
        return False
    asked: bytes = scope["query_string"]
    return not any(name in asked for name in (b"query=", b"documentId=", b"persistedQuery"))
