"""Which pages of other sites may ask (CORS, as the Fetch standard has it): those on a list.

The list holds whole origins. What a listed page may do, it may do with its user's cookies; a page
that is not listed gets the answer no script can read, and no preflight.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Scope

from api.replies import Headers, Pairs, Reply

METHODS = b"GET, HEAD, POST"
ASKED = (
    b"accept, authorization, cache-control, content-type, if-none-match, last-event-id,"
    b" x-request-id"
)
"""Headers a page may send, beside those it always may."""

SHOWN = (
    b"deprecation, etag, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after,"
    b" server-timing, x-request-id"
)
"""Headers a page's script may read, beside those it always may."""

KEPT_SECONDS = 600
VARIES: Pairs = ((b"vary", b"origin"),)


class Cors:
    """origins: e.g. https://app.example. Without any, nothing is said of other sites."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def knows(self, headers: Headers) -> bool:
        return headers.get(b"origin") in self._origins

    def preflight(self, scope: Scope, headers: Headers) -> Reply | None:
        """The answer to a browser that asks beforehand; None where that is not what is asked."""
        is_asked = (
            scope["method"] == "OPTIONS"
            and b"origin" in headers
            and b"access-control-request-method" in headers
        )
        if not self._origins or not is_asked:
            return None
        if not self.knows(headers):
            return Reply(403, b"text/plain", b"this origin may not ask here\n")
        granted: Pairs = (
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", ASKED),
            (b"access-control-max-age", b"%d" % KEPT_SECONDS),
        )
        return Reply(204, b"text/plain", b"", granted)

    def opened(
        self, asked: Headers, headers: list[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        """A response's headers, by which a listed page may read it, and caches keep it by origin.
        asked: the request's."""
        if not self._origins:
            return headers
        varying = _varying(headers)
        if not self.knows(asked):
            return varying
        return [
            *varying,
            (b"access-control-allow-origin", asked[b"origin"]),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", SHOWN),
        ]


def _varying(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers, whose Vary names the origin too."""
    for at, (name, value) in enumerate(headers):
        if name == b"vary":
            headers[at] = (name, value + b", origin")
            return headers
    return [*headers, *VARIES]
