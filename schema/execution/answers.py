"""Answers: the response's bytes put together from parts that are JSON already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from graphql import GraphQLError

NULL = b"null"
encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Answer:
    """A GraphQL response.

    data: JSON of the data, or None when nothing was executed: a request error.
    extensions: JSON of an object, or nothing.
    """

    data: bytes | None
    errors: Sequence[GraphQLError] = ()
    extensions: bytes = b""

    @property
    def body(self) -> bytes:
        parts = []
        if self.errors:
            parts.append(b'"errors":' + encode([error.formatted for error in self.errors]))
        if self.data is not None:
            parts.append(b'"data":' + self.data)
        if self.extensions:
            parts.append(b'"extensions":' + self.extensions)
        return b"{" + b",".join(parts) + b"}"

    @property
    def codes(self) -> set[str]:
        return {str((error.extensions or {}).get("code")) for error in self.errors}


def spliced(fields: Sequence[tuple[str, bytes]]) -> bytes:
    """A JSON object of fields whose values are JSON already. Keys are GraphQL names: ASCII."""
    return b"{" + b",".join(b'"%b":%b' % (key.encode(), value) for key, value in fields) + b"}"


def merged(one: bytes, other: bytes) -> bytes:
    """One JSON object of the fields of two, which have none in common. `other` has some."""
    return b"{" + other[1:] if one == b"{}" else one[:-1] + b"," + other[1:]
