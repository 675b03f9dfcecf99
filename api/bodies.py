"""Request bodies, read no further than they may go."""

from __future__ import annotations

from starlette.requests import Request


class TooLarge(Exception):
    """The body is longer than it may be."""


async def read_body(request: Request, *, limit: int) -> bytes:
    """The whole body. Raises TooLarge as soon as it is clear, without reading the rest."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > limit:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)
