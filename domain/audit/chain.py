"""The chain of audit entries: what is hashed, and what a head is; pure.

The hash of a position is SHA-256 over the hash of the position before (32 bytes; zeros before the
first) and the entry's content: a JSON array of position, number, microseconds since 1970, actor's
id, actor, action, subject, before, after, request id, as PostgreSQL writes it, in UTF-8. So each
hash stands for all that came before it, and whoever keeps one elsewhere can tell whether any of
that was changed since.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

GENESIS = bytes(32)
HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")

CONTENT = """jsonb_build_array(l.position, e.id, (extract(epoch FROM e.at) * 1000000)::bigint,
    e.actor_id, e.actor, e.action, e.subject, e.before, e.after, e.request_id)::text"""
"""SQL of the content of an entry `e` at the link `l`."""


class Head(NamedTuple):
    """A position and its hash; position 0 before there is any."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"


START = Head(0, GENESIS)


def read_head(text: str) -> Head:
    """Of what `str` writes. Raises ValueError."""
    found = HEAD.fullmatch(text.strip())
    if found is None:
        raise ValueError("a head is a position, a colon and 64 hexadecimal digits")
    return Head(int(found[1]), bytes.fromhex(found[2]))


def link_hash(previous: bytes, content: str) -> bytes:
    return hashlib.sha256(previous + content.encode()).digest()
