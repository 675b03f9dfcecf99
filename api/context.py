"""Who is asking: the bearer token becomes a viewer."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from starlette.requests import Request

from domain.access import ANONYMOUS, Viewer
from domain.tokens.actions import viewer_for
from schema.execution.context import Context

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Unauthorized(Exception):
    """A token was given, but it opens nothing."""


def request_id_of(request: Request) -> str:
    """The id the caller gave, when it is a plain one, else a new one."""
    given = request.headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


async def context_of(request: Request) -> Context:
    """Raises Unauthorized for a token that is unknown, expired or revoked."""
    now = datetime.now(UTC)
    viewer = await _viewer(request.headers.get("authorization", ""), now)
    return Context(viewer, now, request_id_of(request), request.app.state.secret_box)


async def _viewer(header: str, now: datetime) -> Viewer:
    if not header:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    viewer = await viewer_for(token.strip(), now=now) if scheme.lower() == "bearer" else None
    if viewer is None:
        raise Unauthorized
    return viewer
