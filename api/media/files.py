"""GET /media/…: files of the library, whole or in part, to those who may have them."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.callers import Callers, Unauthorized
from api.media.serving import answer, nothing, wanted_size
from api.push_refusals import Refusal, refusing
from domain.access import Viewer
from domain.media.reading import Shown, find_address, find_original, find_rendition
from domain.media.rules import RenditionFormat

HASH = re.compile(r"[0-9a-f]{64}")
RENDITION = re.compile(r"([1-9]\d{0,3})\.(avif|webp|jpeg)")
FOR_EVER = "public, max-age=31536000, immutable"
"""What is at such an address never changes: it is named by its content."""

FOR_THE_VIEWER = "private, no-cache"
FOR_AN_HOUR = "public, max-age=3600"
FOR_A_MOMENT = "private, max-age=60"
"""Of what leads there: it may lead elsewhere once there are better sizes, or nowhere."""

OPEN = {"cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*"}
CLOSED = {"vary": "authorization, cookie"}


async def original(request: Request) -> Response:
    sha256 = request.path_params["sha256"]
    if not HASH.fullmatch(sha256):
        raise nothing()
    return await _answer(request, await find_original(await _viewer(request), sha256))


async def rendition(request: Request) -> Response:
    sha256, asked = request.path_params["sha256"], request.path_params["size"]
    found = RENDITION.fullmatch(asked)
    if not HASH.fullmatch(sha256) or found is None:
        raise nothing()
    format_ = RenditionFormat(found[2].upper())
    viewer = await _viewer(request)
    return await _answer(request, await find_rendition(viewer, sha256, int(found[1]), format_))


async def shown(request: Request) -> Response:
    """Leads to a file by its number, of a picture to the rendition that is asked for."""
    size = wanted_size(request)
    found = await find_address(await _viewer(request), request.path_params["number"], *size)
    if found is None:
        raise nothing()
    kept = FOR_AN_HOUR if found.is_public else FOR_A_MOMENT
    headers = {"cache-control": kept, "vary": "accept, authorization, cookie"}
    if found.is_public:
        headers["cross-origin-resource-policy"] = "cross-origin"
    return RedirectResponse(found.path, 307, headers=headers)


async def _viewer(request: Request) -> Viewer:
    callers: Callers = request.app.state.callers
    try:
        return await callers.viewer_of(dict(request.scope["headers"]))
    except Unauthorized as error:
        raise Refusal(401, "UNAUTHENTICATED", str(error)) from None


async def _answer(request: Request, found: Shown | None) -> Response:
    if found is None:
        raise nothing()
    kept = FOR_EVER if found.is_public else FOR_THE_VIEWER
    more = OPEN if found.is_public else CLOSED
    return await answer(request, found, {"cache-control": kept, **more})


routes = [
    Route("/media/{number:int}", refusing(shown), methods=["GET"]),
    Route("/media/{sha256}/renditions/{size}", refusing(rendition), methods=["GET"]),
    Route("/media/{sha256}/{name}", refusing(original), methods=["GET"]),
]
