"""Replies and request bodies, straight over ASGI: what every GraphQL request passes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

Headers = Mapping[bytes, bytes]


class TooLarge(Exception):
    """The body is longer than it may be."""


class Disconnected(Exception):
    """The client left before its request was whole."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response, whole."""

    status: int
    media_type: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def send(self, send: Send, *more: tuple[bytes, bytes]) -> None:
        headers = [
            (b"content-type", self.media_type),
            (b"content-length", b"%d" % len(self.body)),
            *self.headers,
            *more,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def headers_of(scope: Scope) -> Headers:
    """By name in lower case; the last of equal ones."""
    return dict(scope["headers"])


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
