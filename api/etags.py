"""Entity tags: weak ones, as every content coding of an answer means the same."""

from __future__ import annotations

import hashlib
import re

OPAQUE = re.compile(rb'"[\x21\x23-\x7e\x80-\xff]*"')


def tag_of(body: bytes) -> bytes:
    return b'W/"%b"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode()


def matches(if_none_match: bytes, tag: bytes) -> bool:
    """Whether the header names the tag, by weak comparison (RFC 9110, 13.1.2)."""
    if if_none_match.strip() == b"*":
        return True
    return tag.removeprefix(b"W/") in OPAQUE.findall(if_none_match)
