"""GraphQL over HTTP: GET for queries, POST for everything, one JSON answer."""

from __future__ import annotations

from typing import Any

import msgspec
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.bodies import TooLarge, read_body
from api.context import Unauthorized, context_of
from api.graphiql import graphiql
from domain.reader import Unavailable
from schema.execution.answers import Answer
from schema.execution.engine import Engine
from schema.execution.engine import Request as Asked

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
MAX_BODY = 1_000_000
STATUS = {"UNAVAILABLE": 503, "TIMED_OUT": 503}


class BadRequest(Exception):
    """The HTTP request is not a GraphQL request; status says how."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


async def endpoint(request: Request) -> Response:
    """/graphql. A browser that asks for a page gets GraphiQL."""
    media_type = _negotiated(request)
    if request.method == "GET" and "query" not in request.query_params and _wants_page(request):
        return graphiql()
    try:
        asked = await _asked(request)
        context = await context_of(request)
    except BadRequest as error:
        return _refused(str(error), "BAD_REQUEST", error.status, media_type)
    except TooLarge:
        message = f"the request is longer than {MAX_BODY} bytes"
        return _refused(message, "TOO_LARGE", 413, media_type)
    except Unauthorized:
        message = "this token is not known, has expired or was revoked"
        return _refused(message, "UNAUTHENTICATED", 401, media_type)
    except Unavailable:
        return _refused("the database cannot be reached now", "UNAVAILABLE", 503, media_type)
    except ClientDisconnect:
        return Response(status_code=400)
    engine: Engine = request.app.state.engine
    answer = await engine.answer(asked, context, request.app.state.reader)
    return _response(answer, media_type, context.request_id)


def _negotiated(request: Request) -> str:
    accept = request.headers.get("accept", "")
    return GRAPHQL_JSON if GRAPHQL_JSON in accept else JSON


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


async def _asked(request: Request) -> Asked:
    if request.method == "GET":
        return _from_query(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise BadRequest(f"the content type must be {JSON}", 415)
    return _from_body(await read_body(request, limit=MAX_BODY))


def _from_query(request: Request) -> Asked:
    given = request.query_params
    if "query" not in given:
        raise BadRequest("the parameter `query` is missing")
    variables = _object(given.get("variables") or "{}", "variables")
    return Asked(given["query"], variables, given.get("operationName") or None, is_safe=True)


def _from_body(body: bytes) -> Asked:
    fields = _object(body, "the body")
    query, name = fields.get("query"), fields.get("operationName")
    variables = fields.get("variables")
    if not isinstance(query, str):
        raise BadRequest("`query` must be a string")
    if name is not None and not isinstance(name, str):
        raise BadRequest("`operationName` must be a string")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("`variables` must be an object")
    return Asked(query, variables or {}, name)


def _object(text: str | bytes, name: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"{name} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest(f"{name} must be a JSON object")
    return found


def _refused(message: str, code: str, status: int, media_type: str) -> Response:
    answer = Answer(None, [GraphQLError(message, extensions={"code": code})])
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status == 503:
        headers["Retry-After"] = "2"
    return Response(answer.body, status, headers, media_type)


def _response(answer: Answer, media_type: str, request_id: str) -> Response:
    """The status says what went wrong under application/graphql-response+json; under
    application/json a well-formed request is answered with 200, whatever became of it."""
    status = 200
    for code, away in STATUS.items():
        if code in answer.codes:
            status = away
    if status == 200 and answer.data is None and media_type == GRAPHQL_JSON:
        status = 400
    headers = {"X-Request-Id": request_id}
    if status == 503:
        headers["Retry-After"] = "2"
    return Response(answer.body, status, headers, media_type)
