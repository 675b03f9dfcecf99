"""GraphQL over HTTP: GET for queries, POST for everything, one JSON answer."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime

import structlog
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from api import slow_operations
from api.asked import (
    GRAPHQL_JSON,
    JSON,
    BadRequest,
    check_content_type,
    from_body,
    from_query_string,
)
from api.callers import Callers, Unauthorized, request_id_of
from api.exchange import Exchange
from api.explanations import EXPLAIN, explain, wants_explanation
from api.graphiql import PAGE
from api.replies import Disconnected, Reply, TooLarge, headers_of, read_body
from api.shared_reads import SharedReads
from api.timings import server_timing
from domain.access import ANONYMOUS
from domain.outages import OUTAGES
from domain.problems import Forbidden
from domain.reader import Reader
from domain.secrets import SecretBox
from schema.execution.answers import Answer
from schema.execution.context import Context
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Prepared
from schema.planner.plan import Plan

log = structlog.get_logger()

MAX_BODY = 1_000_000
RETRY = ((b"retry-after", b"2"),)
PRIVATE = ((b"cache-control", b"private, no-store"), (b"vary", b"accept, authorization"))
PUBLIC = ((b"cache-control", b"public, max-age=1"), (b"vary", b"accept, authorization"))
AWAY = {"UNAVAILABLE", "TIMED_OUT"}


class GraphQL:
    """The ASGI application behind /graphql. reader, shared, callers: there once the process has
    started."""

    reader: Reader
    shared: SharedReads
    callers: Callers

    def __init__(self, engine: Engine, box: SecretBox, *, slow_seconds: float) -> None:
        self.engine = engine
        self.box = box
        self._slow_seconds = slow_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        media_type = GRAPHQL_JSON if GRAPHQL_JSON in headers.get(b"accept", b"") else JSON
        exchange = Exchange(headers, request_id_of(headers), media_type)
        try:
            reply = await self._reply(scope, exchange, receive)
        except Disconnected:
            return
        except Exception as error:
            log.exception("request failed", request_id=exchange.request_id, exc_info=error)
            message = f"something went wrong; request {exchange.request_id}"
            reply = _refusal(message, "INTERNAL", 500, JSON)
        ended_at = time.perf_counter()
        if ended_at - exchange.begun_at > self._slow_seconds:
            slow_operations.tell(exchange, ended_at)
        more = server_timing(exchange, ended_at)
        await reply.send(send, (b"x-request-id", exchange.request_id.encode()), *more)

    async def _reply(self, scope: Scope, exchange: Exchange, receive: Receive) -> Reply:
        media_type = exchange.media_type
        try:
            match scope["method"]:
                case "POST":
                    check_content_type(exchange.headers.get(b"content-type", b""))
                    exchange.given = await read_body(receive, exchange.headers, limit=MAX_BODY)
                    exchange.begun_at = time.perf_counter()
                    return await self._answer(exchange)
                case "GET" | "HEAD":
                    exchange.given, exchange.is_safe = scope["query_string"], True
                    return await self._get(exchange)
                case _:
                    return Reply(405, b"text/plain", b"", ((b"allow", b"GET, HEAD, POST"),))
        except BadRequest as error:
            return _refusal(str(error), "BAD_REQUEST", error.status, media_type)
        except TooLarge:
            message = f"the request is longer than {MAX_BODY} bytes"
            return _refusal(message, "TOO_LARGE", 413, media_type)
        except Unauthorized:
            message = "this token is not known, has expired or was revoked"
            return _refusal(message, "UNAUTHENTICATED", 401, media_type)
        except Forbidden as error:
            return _refusal(error.message, error.code, 403, media_type)
        except OUTAGES:
            message = "the database cannot be reached now; try again soon"
            return _refusal(message, "UNAVAILABLE", 503, media_type)

    async def _get(self, exchange: Exchange) -> Reply:
        headers = exchange.headers
        if not _asks(exchange.given) and b"text/html" in headers.get(b"accept", b""):
            return Reply(200, b"text/html; charset=utf-8", PAGE.encode())
        reply = await self._answer(exchange)
        if reply.status != 200:
            return reply
        tag = b'"%b"' % hashlib.blake2b(reply.body, digest_size=12).hexdigest().encode()
        kinds = PRIVATE if b"authorization" in headers else PUBLIC
        if tag in headers.get(b"if-none-match", b""):
            return Reply(304, reply.media_type, b"", (*kinds, (b"etag", tag)))
        return Reply(200, reply.media_type, reply.body, (*kinds, (b"etag", tag)))

    async def _answer(self, exchange: Exchange) -> Reply:
        """The reply to a request, kept from before where that is the same."""
        viewer = exchange.viewer = await self.callers.viewer_of(exchange.headers)
        explains = EXPLAIN in exchange.headers and wants_explanation(exchange)
        shares = viewer is ANONYMOUS and not explains and not exchange.wants_fresh
        key = (exchange.given, exchange.is_safe, exchange.media_type)
        if shares and (reply := self.shared.find(key)) is not None:
            exchange.is_hit = True
            return reply
        asked = from_query_string(exchange.given) if exchange.is_safe else from_body(exchange.given)
        try:
            prepared = exchange.prepared = self.engine.prepare(asked, viewer)
        except Refused as refused:
            return _reply(Answer(None, refused.errors), exchange.media_type)
        finally:
            exchange.prepared_at = time.perf_counter()
        if prepared.plan is None:
            return _reply(await self._write(exchange, prepared, explains), exchange.media_type)
        if shares:
            return await self._shared(key, prepared, prepared.plan, exchange)
        answer = await self._run(exchange, prepared)
        if explains and not answer.errors:
            answer = await explain(answer, exchange, prepared, self.reader)
        return _reply(answer, exchange.media_type)

    async def _shared(
        self, key: tuple[bytes, bool, bytes], prepared: Prepared, plan: Plan, exchange: Exchange
    ) -> Reply:
        mark = self.shared.mark(plan.tables)
        answer = await self.shared.once(
            prepared.question, mark, lambda: self._run(exchange, prepared)
        )
        reply = _reply(answer, exchange.media_type)
        if not answer.errors:
            self.shared.keep(key, reply, plan.tables, mark)
        return reply

    async def _write(self, exchange: Exchange, prepared: Prepared, explains: bool) -> Answer:
        """A mutation. What was shared before it is not found again here, whoever writes may read
        it next."""
        if explains:
            raise BadRequest("only a query can be explained")
        try:
            return await self._run(exchange, prepared)
        finally:
            self.shared.forget()

    async def _run(self, exchange: Exchange, prepared: Prepared) -> Answer:
        context = Context(exchange.viewer, datetime.now(UTC), exchange.request_id, self.box)
        return await self.engine.run(prepared, context, self.reader)


def _asks(query_string: bytes) -> bool:
    return any(name in query_string for name in (b"query=", b"documentId=", b"persistedQuery"))


def _reply(answer: Answer, media_type: bytes) -> Reply:
    """The status says what went wrong under application/graphql-response+json; under
    application/json a well-formed request is answered with 200, whatever became of it."""
    if answer.codes & AWAY:
        return Reply(503, media_type, answer.body, RETRY)
    if answer.data is None and media_type == GRAPHQL_JSON:
        return Reply(400, media_type, answer.body)
    return Reply(200, media_type, answer.body)


def _refusal(message: str, code: str, status: int, media_type: bytes) -> Reply:
    answer = Answer(None, [GraphQLError(message, extensions={"code": code})])
    more = {401: ((b"www-authenticate", b"Bearer"),), 503: RETRY}.get(status, ())
    return Reply(status, media_type, answer.body, more)
