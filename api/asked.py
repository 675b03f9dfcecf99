"""What a client asks, read from its HTTP request."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec

from schema.execution.engine import Request

JSON = b"application/json"
GRAPHQL_JSON = b"application/graphql-response+json"


class BadRequest(Exception):
    """The HTTP request is not a GraphQL request; status says how."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def check_content_type(value: bytes) -> None:
    """Only JSON: a form of another site can send other types, but not this one."""
    if value.partition(b";")[0].strip().lower() != JSON:
        raise BadRequest(f"the content type must be {JSON.decode()}", 415)


def from_query_string(text: bytes) -> Request:
    """Raises BadRequest."""
    try:
        given = {name: values[-1] for name, values in parse_qs(text.decode("ascii")).items()}
    except (UnicodeError, ValueError) as error:
        raise BadRequest("the address is not well formed") from error
    if "query" not in given:
        raise BadRequest("the parameter `query` is missing")
    variables = _object(given.get("variables", "{}"), "variables")
    return Request(given["query"], variables, given.get("operationName"), is_safe=True)


def from_body(body: bytes) -> Request:
    """Raises BadRequest."""
    fields = _object(body, "the body")
    query, name = fields.get("query"), fields.get("operationName")
    variables = fields.get("variables")
    if not isinstance(query, str):
        raise BadRequest("`query` must be a string")
    if name is not None and not isinstance(name, str):
        raise BadRequest("`operationName` must be a string")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("`variables` must be an object")
    return Request(query, variables or {}, name)


def _object(text: str | bytes, name: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"{name} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest(f"{name} must be a JSON object")
    return found
