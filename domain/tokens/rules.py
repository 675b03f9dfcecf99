"""What a bearer token looks like, and what is kept of it."""

from __future__ import annotations

import base64
import hashlib
import re

PREFIX = "xf_"
RANDOM_BYTES = 32
SHAPE = re.compile(r"xf_[A-Za-z0-9_-]{43}")


def token_text(random: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(random).decode().rstrip("=")


def fingerprint(token: str) -> bytes | None:
    """What is stored of a token; None for a text that cannot be one."""
    return hashlib.sha256(token.encode()).digest() if SHAPE.fullmatch(token) else None
