"""What every response says to browsers, whatever route it comes from."""

from __future__ import annotations

from api.replies import Pairs

PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    b" font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    b" frame-ancestors 'none'"
)
"""Of pages: what is loaded or run comes from here, nothing stands inline, nobody frames it."""

DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Of everything else: opened as a page, it does nothing."""

ALWAYS: Pairs = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
POLICY = b"content-security-policy"
PAGE: Pairs = (*ALWAYS, (POLICY, PAGE_POLICY))
DATA: Pairs = (*ALWAYS, (POLICY, DATA_POLICY))
NAMES = frozenset(name for name, _ in DATA)


def lacking(headers: list[tuple[bytes, bytes]]) -> Pairs:
    """What a response with these headers still lacks."""
    given = dict(headers)
    wanted = PAGE if given.get(b"content-type", b"").startswith(b"text/html") else DATA
    if NAMES.isdisjoint(given):
        return wanted
    return tuple(pair for pair in wanted if pair[0] not in given)
