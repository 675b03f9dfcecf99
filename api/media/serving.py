"""A file of the library as an HTTP answer, whole or in part, and which size of a picture is asked
for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.etags import matches
from api.media.ranges import NotSatisfiable, part_of
from api.push_refusals import Refusal
from domain.media.reading import Shown
from domain.media.rules import JPEG_WIDTH, MIME_OF, RenditionFormat
from domain.media.storage import Missing, Storage

MOST_WIDTH = 10_000
INLINE = ("image/", "video/", "audio/")
POLICY: Final = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'; sandbox"
)
"""Opened as a page it is shown, and runs nothing. Styles: browsers' own, around a picture."""


class Size(NamedTuple):
    """Of a picture. width: in pixels."""

    width: int
    format_: RenditionFormat


def wanted_size(request: Request) -> Size:
    """By `width` and `format`; without a format the smallest that the client says it can show.
    Raises Refusal."""
    width = request.query_params.get("width", str(JPEG_WIDTH))
    accepted = _best(request.headers.get("accept", ""))
    format_ = request.query_params.get("format", accepted).upper()
    if not (width.isdecimal() and 0 < int(width[:6]) <= MOST_WIDTH):
        raise Refusal(422, "INVALID_PARAMETER", f"width is from 1 to {MOST_WIDTH}")
    if format_ not in RenditionFormat.__members__:
        known = ", ".join(member.lower() for member in RenditionFormat)
        raise Refusal(422, "INVALID_PARAMETER", f"format is one of {known}")
    return Size(int(width), RenditionFormat(format_))


def _best(accept: str) -> RenditionFormat:
    """Browsers name the newer formats they know in what they accept for pictures."""
    known = (RenditionFormat.AVIF, RenditionFormat.WEBP)
    return next((each for each in known if MIME_OF[each] in accept), RenditionFormat.JPEG)


def nothing() -> Refusal:
    return Refusal(404, "NOT_FOUND", "there is no such file")


async def answer(request: Request, found: Shown, more: Mapping[str, str]) -> Response:
    """The file, or the part of it that is asked for. more: headers, who may keep it among them."""
    tag = f'"{found.tag}"'
    headers = {**_headers(found, tag), **more}
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None and matches(if_none_match.encode("latin-1"), tag.encode()):
        return Response(None, 304, headers)
    try:
        part = part_of(
            found.size, tag, request.headers.get("range"), request.headers.get("if-range")
        )
    except NotSatisfiable:
        return Response(None, 416, headers | {"content-range": f"bytes */{found.size}"})
    status = 200
    if not part.is_whole:
        status = 206
        end = part.start + part.length - 1
        headers["content-range"] = f"bytes {part.start}-{end}/{found.size}"
    headers["content-length"] = str(part.length)
    if request.method == "HEAD":
        return Response(None, status, headers, media_type=found.mime)
    storage: Storage = request.app.state.storage
    parts = await _begun(storage.read(found.key, part.start, part.length))
    return StreamingResponse(parts, status, headers, media_type=found.mime)


def _headers(found: Shown, tag: str) -> dict[str, str]:
    disposition = "inline" if found.mime.startswith(INLINE) else "attachment"
    plain = found.name.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "etag": tag,
        "accept-ranges": "bytes",
        "content-security-policy": POLICY,
        "content-disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''"
        + quote(found.name, safe=""),
    }


async def _begun(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same parts, of which the first is at hand: that a file is missing shows before the answer
    begins. A row without its file is a fault of the store's, and nobody's who asks."""
    try:
        first = await anext(parts, b"")
    except (Missing, OSError):
        raise Refusal(
            503, "UNAVAILABLE", "the store of files does not have this", retry_after=5
        ) from None

    async def all_parts() -> AsyncIterator[bytes]:
        yield first
        async for part in parts:
            yield part

    return all_parts()
