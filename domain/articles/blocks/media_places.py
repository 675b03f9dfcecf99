"""Where a file of the library is found on this site, by its global id, and back."""

from __future__ import annotations

import re

PLACE = re.compile(r"/media/([1-9][0-9]{0,18})")
TAG = re.compile(r'<[a-z][a-z0-9]*(?: [a-z-]+="[^"]*")+>')
LEADING = re.compile(rf' (href|poster|src)="({PLACE.pattern})"')


def place_of(media: str) -> str:
    """The address of Media:12, /media/12."""
    return f"/media/{media.split(':')[1]}"


def media_at(address: str) -> str:
    """The global id of what is there; empty when that is no place of the library."""
    found = PLACE.fullmatch(address)
    return f"Media:{found[1]}" if found else ""


def moved(html: str, below: str) -> str:
    """A body's HTML whose files of the library are found below another path, e.g. /preview/x."""

    def tag(found: re.Match[str]) -> str:
        return LEADING.sub(rf' \1="{below}\2"', found[0])

    return TAG.sub(tag, html)
