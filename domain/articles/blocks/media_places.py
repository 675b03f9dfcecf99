"""Where a file of the library is found on this site, by its global id, and back."""

from __future__ import annotations

import re

PLACE = re.compile(r"/media/([1-9][0-9]{0,18})")


def place_of(media: str) -> str:
    """The address of Media:12, /media/12."""
    return f"/media/{media.split(':')[1]}"


def media_at(address: str) -> str:
    """The global id of what is there; empty when that is no place of the library."""
    found = PLACE.fullmatch(address)
    return f"Media:{found[1]}" if found else ""
