"""GraphQL over HTTP: GET for queries, POST for everything, one JSON answer."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import structlog
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from api.asked import (
    GRAPHQL_JSON,
    JSON,
    BadRequest,
    check_content_type,
    from_body,
    from_query_string,
)
from api.callers import Unauthorized, request_id_of, viewer_of
from api.graphiql import PAGE
from api.replies import Disconnected, Headers, Reply, TooLarge, headers_of, read_body
from api.shared_reads import SharedReads
from domain.access import Viewer
from domain.outages import OUTAGES
from domain.reader import Reader
from domain.secrets import SecretBox
from schema.execution.answers import Answer
from schema.execution.context import Context
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Prepared

log = structlog.get_logger()

MAX_BODY = 1_000_000
RETRY = ((b"retry-after", b"2"),)
PRIVATE = ((b"cache-control", b"private, no-store"), (b"vary", b"accept, authorization"))
PUBLIC = ((b"cache-control", b"public, max-age=1"), (b"vary", b"accept, authorization"))
AWAY = {"UNAVAILABLE", "TIMED_OUT"}


class GraphQL:
    """The ASGI application behind /graphql. reader, shared: there once the process has started."""

    reader: Reader
    shared: SharedReads

    def __init__(self, engine: Engine, box: SecretBox) -> None:
        self.engine = engine
        self.box = box

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        request_id = request_id_of(headers)
        try:
            reply = await self._reply(scope, headers, receive, request_id)
        except Disconnected:
            return
        except Exception as error:
            log.exception("request failed", request_id=request_id, exc_info=error)
            message = f"something went wrong; request {request_id}"
            reply = _refusal(message, "INTERNAL", 500, JSON)
        await reply.send(send, (b"x-request-id", request_id.encode()))

    async def _reply(
        self, scope: Scope, headers: Headers, receive: Receive, request_id: str
    ) -> Reply:
        media_type = GRAPHQL_JSON if GRAPHQL_JSON in headers.get(b"accept", b"") else JSON
        try:
            match scope["method"]:
                case "POST":
                    check_content_type(headers.get(b"content-type", b""))
                    body = await read_body(receive, headers, limit=MAX_BODY)
                    return await self._answer(body, False, headers, media_type, request_id)
                case "GET" | "HEAD":
                    return await self._get(scope["query_string"], headers, media_type, request_id)
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
        except OUTAGES:
            message = "the database cannot be reached now; try again soon"
            return _refusal(message, "UNAVAILABLE", 503, media_type)

    async def _get(
        self, query_string: bytes, headers: Headers, media_type: bytes, request_id: str
    ) -> Reply:
        if not _asks(query_string) and b"text/html" in headers.get(b"accept", b""):
            return Reply(200, b"text/html; charset=utf-8", PAGE.encode())
        reply = await self._answer(query_string, True, headers, media_type, request_id)
        if reply.status != 200:
            return reply
        tag = b'"%b"' % hashlib.blake2b(reply.body, digest_size=12).hexdigest().encode()
        kinds = PRIVATE if b"authorization" in headers else PUBLIC
        if tag in headers.get(b"if-none-match", b""):
            return Reply(304, reply.media_type, b"", (*kinds, (b"etag", tag)))
        return Reply(200, reply.media_type, reply.body, (*kinds, (b"etag", tag)))

    async def _answer(
        self,
        given: bytes,
        is_safe: bool,
        headers: Headers,
        media_type: bytes,
        request_id: str,
    ) -> Reply:
        """The reply to a request, kept from before where that is the same."""
        shares = b"authorization" not in headers and b"no-cache" not in headers.get(
            b"cache-control", b""
        )
        key = (given, is_safe, media_type)
        if shares and (reply := self.shared.find(key)) is not None:
            return reply
        asked = from_query_string(given) if is_safe else from_body(given)
        viewer = await viewer_of(headers)
        try:
            prepared = self.engine.prepare(asked, viewer)
        except Refused as refused:
            return _reply(Answer(None, refused.errors), media_type)
        if shares and prepared.plan is not None:
            return await self._shared(key, prepared, viewer, media_type, request_id)
        return _reply(await self._run(prepared, viewer, request_id), media_type)

    async def _shared(
        self,
        key: tuple[bytes, bool, bytes],
        prepared: Prepared,
        viewer: Viewer,
        media_type: bytes,
        request_id: str,
    ) -> Reply:
        assert prepared.plan is not None
        tables = prepared.plan.tables
        mark = self.shared.mark(tables)
        answer = await self.shared.once(
            prepared.question, mark, lambda: self._run(prepared, viewer, request_id)
        )
        reply = _reply(answer, media_type)
        if not answer.errors:
            self.shared.keep(key, reply, tables, mark)
        return reply

    async def _run(self, prepared: Prepared, viewer: Viewer, request_id: str) -> Answer:
        context = Context(viewer, datetime.now(UTC), request_id, self.box)
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
