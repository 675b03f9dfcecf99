"""GET /media/…: files of the library, whole or in part, to those who may have them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from api.callers import Callers, Unauthorized
from api.etags import matches
from api.media.ranges import NotSatisfiable, part_of
from api.push_refusals import Refusal, refusing
from domain.access import Viewer
from domain.media.reading import Shown, find_address, find_original, find_rendition
from domain.media.rules import JPEG_WIDTH, MIME_OF, RenditionFormat
from domain.media.storage import Missing, Storage

HASH = re.compile(r"[0-9a-f]{64}")
RENDITION = re.compile(r"([1-9]\d{0,3})\.(avif|webp|jpeg)")
MOST_WIDTH = 10_000
FOR_EVER = "public, max-age=31536000, immutable"
"""What is at such an address never changes: it is named by its content."""

FOR_THE_VIEWER = "private, no-cache"
FOR_AN_HOUR = "public, max-age=3600"
FOR_A_MOMENT = "private, max-age=60"
"""Of what leads there: it may lead elsewhere once there are better sizes, or nowhere."""
INLINE = ("image/", "video/", "audio/")
POLICY: Final = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'; sandbox"
)
"""Opened as a page it is shown, and runs nothing. Styles: browsers' own, around a picture."""


async def original(request: Request) -> Response:
    sha256 = request.path_params["sha256"]
    if not HASH.fullmatch(sha256):
        raise _nothing()
    return await _answer(request, await find_original(await _viewer(request), sha256))


async def rendition(request: Request) -> Response:
    sha256, asked = request.path_params["sha256"], request.path_params["size"]
    found = RENDITION.fullmatch(asked)
    if not HASH.fullmatch(sha256) or found is None:
        raise _nothing()
    format_ = RenditionFormat(found[2].upper())
    viewer = await _viewer(request)
    return await _answer(request, await find_rendition(viewer, sha256, int(found[1]), format_))


async def shown(request: Request) -> Response:
    """Leads to a file by its number; `width` and `format` choose among a picture's renditions.
    Without a format it is the smallest that the client says it can show."""
    width = request.query_params.get("width", str(JPEG_WIDTH))
    accepted = _best(request.headers.get("accept", ""))
    format_ = request.query_params.get("format", accepted).upper()
    if not (width.isdecimal() and 0 < int(width[:6]) <= MOST_WIDTH):
        raise Refusal(422, "INVALID_PARAMETER", f"width is from 1 to {MOST_WIDTH}")
    if format_ not in RenditionFormat.__members__:
        known = ", ".join(member.lower() for member in RenditionFormat)
        raise Refusal(422, "INVALID_PARAMETER", f"format is one of {known}")
    found = await find_address(
        await _viewer(request),
        request.path_params["number"],
        int(width),
        RenditionFormat(format_),
    )
    if found is None:
        raise _nothing()
    kept = FOR_AN_HOUR if found.is_public else FOR_A_MOMENT
    headers = {"cache-control": kept, "vary": "accept, authorization, cookie"}
    if found.is_public:
        headers["cross-origin-resource-policy"] = "cross-origin"
    return RedirectResponse(found.path, 307, headers=headers)


def _best(accept: str) -> RenditionFormat:
    """Browsers name the newer formats they know in what they accept for pictures."""
    known = (RenditionFormat.AVIF, RenditionFormat.WEBP)
    return next((each for each in known if MIME_OF[each] in accept), RenditionFormat.JPEG)


async def _viewer(request: Request) -> Viewer:
    callers: Callers = request.app.state.callers
    try:
        return await callers.viewer_of(dict(request.scope["headers"]))
    except Unauthorized as error:
        raise Refusal(401, "UNAUTHENTICATED", str(error)) from None


def _nothing() -> Refusal:
    return Refusal(404, "NOT_FOUND", "there is no such file")


async def _answer(request: Request, found: Shown | None) -> Response:
    if found is None:
        raise _nothing()
    tag = f'"{found.tag}"'
    headers = _headers(found, tag)
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
    headers = {
        "etag": tag,
        "accept-ranges": "bytes",
        "cache-control": FOR_EVER if found.is_public else FOR_THE_VIEWER,
        "content-security-policy": POLICY,
        "content-disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''"
        + quote(found.name, safe=""),
    }
    if found.is_public:
        headers |= {
            "cross-origin-resource-policy": "cross-origin",
            "access-control-allow-origin": "*",
        }
    else:
        headers["vary"] = "authorization, cookie"
    return headers


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


routes = [
    Route("/media/{number:int}", refusing(shown), methods=["GET"]),
    Route("/media/{sha256}/renditions/{size}", refusing(rendition), methods=["GET"]),
    Route("/media/{sha256}/{name}", refusing(original), methods=["GET"]),
]
