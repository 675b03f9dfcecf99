"""What a client asks, read from its HTTP request."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import parse_qs

import msgspec

from schema.execution.engine import Request

T = TypeVar("T")

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
    return _complete(
        query=given.get("query"),
        variables=_object(given.get("variables", "{}"), "variables"),
        operation_name=given.get("operationName"),
        is_safe=True,
        document_id=_document_id(
            given.get("documentId"), _object(given.get("extensions", "{}"), "extensions")
        ),
    )


class _Body(msgspec.Struct, rename="camel"):
    query: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    document_id: str | None = None
    extensions: dict[str, Any] | None = None


BODY = msgspec.json.Decoder(_Body)


def from_body(body: bytes) -> Request:
    """Raises BadRequest."""
    try:
        given = BODY.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _explained(body)
    return _complete(
        query=given.query,
        variables=given.variables or {},
        operation_name=given.operation_name,
        document_id=_document_id(given.document_id, given.extensions or {}),
    )


def _explained(body: bytes) -> Request:
    """The long way, field by field, for a body that is wrong somewhere: it says where."""
    fields = _object(body, "the body")
    return _complete(
        query=_optional(fields, "query", str),
        variables=_optional(fields, "variables", dict) or {},
        operation_name=_optional(fields, "operationName", str),
        document_id=_document_id(
            _optional(fields, "documentId", str), _optional(fields, "extensions", dict) or {}
        ),
    )


def _complete(**fields: Any) -> Request:
    asked = Request(**fields)
    if asked.query is None and asked.document_id is None:
        raise BadRequest("`query` is missing")
    return asked


KINDS: dict[type[Any], str] = {str: "a string", dict: "an object"}


def _optional(fields: dict[str, Any], name: str, kind: type[T]) -> T | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, kind):
        raise BadRequest(f"`{name}` must be {KINDS[kind]}")
    return value


def _document_id(given: str | None, extensions: dict[str, Any]) -> str | None:
    """The document's id: as the GraphQL over HTTP draft gives it, or as an automatic persisted
    query does."""
    if given is not None:
        return given.removeprefix("sha256:")
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or not isinstance(persisted.get("sha256Hash"), str):
        raise BadRequest("`extensions.persistedQuery` must hold a `sha256Hash`")
    if persisted.get("version") != 1:
        raise BadRequest("`extensions.persistedQuery` must be of version 1")
    id_: str = persisted["sha256Hash"]
    return id_


def _object(text: str | bytes, name: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"{name} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest(f"{name} must be a JSON object")
    return found
