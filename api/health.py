"""Whether the process lives, and whether it can answer.

Neither asks the database anything: both answer at once, however it is. What is known of it is at
most three seconds old (`domain/notifications.py`).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.notifications import Changes

UNKEPT = {"Cache-Control": "no-store"}


async def livez(_request: Request) -> Response:
    """200 as long as the process does anything at all."""
    return PlainTextResponse("ok\n", headers=UNKEPT)


async def readyz(request: Request) -> Response:
    """200 when a query can be answered, else 503 with the reason."""
    changes: Changes = request.app.state.changes
    if changes.fault is None:
        return PlainTextResponse("ok\n", headers=UNKEPT)
    return PlainTextResponse(f"{changes.fault.value}\n", 503, {**UNKEPT, "Retry-After": "2"})


routes = [Route("/livez", livez), Route("/readyz", readyz)]
