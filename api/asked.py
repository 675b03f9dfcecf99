"""What a client asks, read from its HTTP request."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import parse_qs

import msgspec

from api.replies import Headers
from schema.execution.engine import Request

T = TypeVar("T")

JSON = b"application/json"
UTF_8 = (b"utf-8", b"utf8")
GRAPHQL_JSON = b"application/graphql-response+json"


class BadRequest(Exception):
    """The HTTP request is not a GraphQL request; status says how."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def check_content(headers: Headers) -> None:
    """Only JSON, in UTF-8 and as it is: a form of another site can send other types, but not this
    one. Raises BadRequest, 415."""
    given = headers.get(b"content-type", b"")
    if given != JSON:
        _check_type(given)
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise BadRequest("a request has no content coding here", 415)


def _check_type(given: bytes) -> None:
    kind, *parameters = given.lower().split(b";")
    if kind.strip() != JSON:
        raise BadRequest(f"the content type must be {JSON.decode()}", 415)
    for parameter in parameters:
        name, _, value = parameter.strip().partition(b"=")
        if name == b"charset" and value.strip(b'" ') not in UTF_8:
            raise BadRequest("the charset must be utf-8", 415)


def from_query_string(text: bytes) -> Request:
    """Raises BadRequest."""
    try:
        given = {name: values[-1] for name, values in parse_qs(text.decode("ascii")).items()}
    except (UnicodeError, ValueError) as error:
        raise BadRequest("the address is not well formed") from error
    id_ = _document_id(given.get("documentId"), _parameter(given, "extensions"))
    variables = _parameter(given, "variables")
    return _complete(Request(given.get("query"), variables, given.get("operationName"), True, id_))


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
        return _explained(_object(body, "the body"))
    return _from(given)


def from_payload(payload: Any) -> Request:
    """From the same object as a body, decoded. Raises BadRequest."""
    try:
        return _from(msgspec.convert(payload, _Body))
    except msgspec.ValidationError:
        if not isinstance(payload, dict):
            raise BadRequest("the payload must be an object") from None
        return _explained(payload)


def _from(given: _Body) -> Request:
    id_ = _document_id(given.document_id, given.extensions or {})
    return _complete(Request(given.query, given.variables or {}, given.operation_name, False, id_))


def _explained(fields: dict[str, Any]) -> Request:
    """The long way, field by field, for what is wrong somewhere: it says where."""
    asked = Request(
        query=_optional(fields, "query", str),
        variables=_optional(fields, "variables", dict) or {},
        operation_name=_optional(fields, "operationName", str),
        document_id=_document_id(
            _optional(fields, "documentId", str), _optional(fields, "extensions", dict) or {}
        ),
    )
    return _complete(asked)


def _complete(asked: Request) -> Request:
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


def _parameter(given: dict[str, str], name: str) -> dict[str, Any]:
    """JSON in an address; null and nothing mean nothing."""
    text = given.get(name, "null")
    return {} if text == "null" else _object(text, name)


def _object(text: str | bytes, name: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"{name} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest(f"{name} must be a JSON object")
    return found
