"""Replies and request bodies, straight over ASGI: what every GraphQL request passes through."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from api.encodings import Accepted, encode

Headers = Mapping[bytes, bytes]
Pairs = tuple[tuple[bytes, bytes], ...]
HEADERS = "xinfeng.headers"
"""Where a scope holds its headers by name."""

LARGE_BYTES = 2**18
"""What takes long enough to encode that others should not wait: a millisecond or two."""


class TooLarge(Exception):
    """The body is longer than it may be."""


class Disconnected(Exception):
    """The client left: before its request was whole, or before it was answered."""


@dataclass(slots=True)
class Reply:
    """An HTTP response, whole.

    tag: its entity tag, where it may be asked for again. codes: of the errors in it.
    operation: the name of what it answers; only kept replies say so.
    """

    status: int
    media_type: bytes
    body: bytes
    headers: Pairs = ()
    tag: bytes = b""
    codes: Collection[str] = ()
    operation: str | None = None
    _encoded: dict[bytes, bytes | asyncio.Future[bytes]] | None = field(
        default=None, compare=False, repr=False
    )

    async def send(
        self, send: Send, accepted: Accepted, more: Pairs, *, is_head: bool = False
    ) -> None:
        body = self.body
        headers = [(b"content-type", self.media_type), *self.headers, *more]
        if accepted.is_for(len(body)) and body:
            body = await self.encoded(accepted.coding)
            headers.append((b"content-encoding", accepted.coding))
            if not self.tag:  # else it varies anyway, and says so
                headers.append((b"vary", b"accept-encoding"))
        if self.status != 304:
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_head else body})

    async def encoded(self, coding: bytes) -> bytes:
        """The body in a coding; worked out once, large ones beside the event loop."""
        if self._encoded is None:
            self._encoded = {}
        found = self._encoded.get(coding)
        if found is None:
            if len(self.body) < LARGE_BYTES:
                found = encode(coding, self.body)
            else:
                found = asyncio.ensure_future(asyncio.to_thread(encode, coding, self.body))
            self._encoded[coding] = found
        if isinstance(found, bytes):
            return found
        self._encoded[coding] = encoded = await asyncio.shield(found)
        return encoded


def headers_of(scope: Scope) -> Headers:
    """By name in lower case; the last of equal ones. Several look into them on the way."""
    found: Headers | None = scope.get(HEADERS)
    if found is None:
        found = scope[HEADERS] = dict(scope["headers"])
    return found


async def read_body(receive: Receive, headers: Headers, *, limit: int) -> bytes:
    """The whole body. Raises TooLarge as soon as that is clear, and Disconnected."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return _within(body, limit)
    parts: list[bytes] = []
    length = 0
    while True:
        if message["type"] == "http.disconnect":
            raise Disconnected
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > limit:
            raise TooLarge
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise TooLarge
    return body
