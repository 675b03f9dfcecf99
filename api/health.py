"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def livez(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    if await request.app.state.reader.is_ready():
        return PlainTextResponse("ok\n")
    return PlainTextResponse("the database cannot be reached\n", 503, {"Retry-After": "2"})


routes = [Route("/livez", livez), Route("/readyz", readyz)]
