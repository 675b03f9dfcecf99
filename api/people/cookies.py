"""The session's cookie: its name, what it is set with, how it is found in a request."""

from __future__ import annotations

from starlette.requests import cookie_parser
from starlette.responses import Response

from api.replies import Headers

PLAIN = "xinfeng"
SECURE = "__Host-xinfeng"
"""Browsers take this name only with Secure, for this host alone, and from it."""

LONGEST = 8_000


def name_of(public_url: str, suffix: str = "") -> str:
    return (SECURE if is_secure(public_url) else PLAIN) + suffix


def is_secure(public_url: str) -> bool:
    """Whether people come by TLS."""
    return public_url.startswith("https://")


def read(headers: Headers, name: str) -> str:
    """The cookie's value, or nothing."""
    header = headers.get(b"cookie")
    if header is None or len(header) > LONGEST or name.encode() not in header:
        return ""
    return cookie_parser(header.decode("latin-1")).get(name, "")


def give(response: Response, public_url: str, value: str, seconds: int, suffix: str = "") -> None:
    """Out of reach for scripts, and not sent along when another site's page asks."""
    response.set_cookie(
        name_of(public_url, suffix),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(public_url),
        httponly=True,
        samesite="lax",
    )


def take_back(response: Response, public_url: str, suffix: str = "") -> None:
    give(response, public_url, "", 0, suffix)
