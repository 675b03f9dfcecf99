"""Which requests a page of ours has made: only for those a session's cookie counts.

A browser names, with every request that could change something, where it comes from:
Sec-Fetch-Site, or Origin where that is too old a browser or a connection without TLS. A page cannot
forge either. Requests with neither come from no page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from api.replies import Headers

OWN = (b"same-origin", b"none")


def is_own(headers: Headers, public_url: str = "", trusted: frozenset[bytes] = frozenset()) -> bool:
    """public_url: where the pages are, when that is set; else the host that was asked.

    trusted: origins whose pages may do what ours may.
    """
    if headers.get(b"origin") in trusted:
        return True
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in OWN
    origin = headers.get(b"origin")
    if origin is None:
        return True
    if public_url:
        return origin.decode("latin-1") == origin_of(public_url)
    return urlsplit(origin.decode("latin-1")).netloc.encode("latin-1") == headers.get(b"host", b"")


def is_followed_link(headers: Headers) -> bool:
    """Somebody follows a link from another site: they may see their own page, which changes
    nothing. For GET only."""
    return headers.get(b"sec-fetch-mode") == b"navigate"


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
