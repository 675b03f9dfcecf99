"""Answers: the response's bytes put together from parts that are JSON already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec
from graphql import GraphQLError

NULL = b"null"
NOTHING = (NULL,)

Parts: TypeAlias = Sequence[bytes]
"""JSON cut anywhere, still to be joined."""

encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True):
    """A GraphQL response.

    data: JSON of the data, in parts, or None when nothing was executed: a request error.
    extensions: JSON of an object, or nothing.
    """

    data: Parts | None
    errors: Sequence[GraphQLError] = ()
    extensions: bytes = b""

    @property
    def body(self) -> bytes:
        """Joined in one go, as what the database sent may be large."""
        parts: list[bytes] = []
        if self.errors:
            parts += (b',"errors":', encode([error.formatted for error in self.errors]))
        if self.data is not None:
            parts += (b',"data":', *self.data)
        if self.extensions:
            parts += (b',"extensions":', self.extensions)
        parts[:1] = [b"{" + parts[0].removeprefix(b",")]
        return b"".join((*parts, b"}"))

    @property
    def codes(self) -> set[str]:
        return {str((error.extensions or {}).get("code")) for error in self.errors}


def spliced(fields: Sequence[tuple[str, bytes]]) -> Parts:
    """A JSON object of fields whose values are JSON already. Keys are GraphQL names: ASCII."""
    parts: list[bytes] = []
    for key, value in fields:
        parts += (b',"%b":' % key.encode(), value)
    if not parts:
        return (b"{}",)
    parts[:1] = [b"{" + parts[0].removeprefix(b",")]
    return [*parts, b"}"]


def merged(one: bytes, other: bytes) -> bytes:
    """One JSON object of the fields of two, which have none in common. `other` has some."""
    return b"{" + other[1:] if one == b"{}" else one[:-1] + b"," + other[1:]
