"""Who is asking: the bearer token becomes a viewer."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from api.replies import Headers
from domain.access import ANONYMOUS, Viewer
from domain.tokens.actions import viewer_for

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Unauthorized(Exception):
    """A token was given, but it opens nothing."""


def request_id_of(headers: Headers) -> str:
    """The id the caller gave, when it is a plain one, else a new one."""
    given = headers.get(b"x-request-id", b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


async def viewer_of(headers: Headers) -> Viewer:
    """Raises Unauthorized for a token that is unknown, expired or revoked."""
    header = headers.get(b"authorization")
    if header is None:
        return ANONYMOUS
    scheme, _, token = header.decode("latin-1").partition(" ")
    viewer = None
    if scheme.lower() == "bearer":
        viewer = await viewer_for(token.strip(), now=datetime.now(UTC))
    if viewer is None:
        raise Unauthorized
    return viewer
