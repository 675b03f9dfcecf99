"""/preview/…/media/…: the files that a preview shows, to whoever has its link."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.media.serving import answer, nothing, wanted_size
from api.push_refusals import refusing
from domain.media.reading import find_shown
from domain.previews.reading import shows_file

HEADERS = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "cross-origin",
    "vary": "accept",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
"""A page of an app on another host may show them: who has the link has them anyway."""


async def file(request: Request) -> Response:
    """A picture in the size that is asked for, anything else as it was uploaded."""
    secret, number = request.path_params["secret"], request.path_params["number"]
    size = wanted_size(request)
    found = await find_shown(number, *size) if await shows_file(secret, number) else None
    if found is None:
        raise nothing()
    return await answer(request, found, HEADERS)


routes = [Route("/preview/{secret}/media/{number:int}", refusing(file), methods=["GET"])]
