"""Content codings: which one a client accepts, and how a body is put into it.

The levels are the cheap ones. A feed of 16.6 KB: zstd 1 takes 0.03 ms and leaves 2.9 KB, brotli 1
0.04 ms and 3.4 KB, gzip 1 0.05 ms and 3.4 KB; gzip 6 would take 0.19 ms to leave 3.0 KB, and brotli
5 0.25 ms to leave 2.4 KB.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import brotli
from zstandard import ZstdCompressor

IDENTITY = b"identity"
ZSTD, BROTLI, GZIP = b"zstd", b"br", b"gzip"
BY_PREFERENCE = (ZSTD, BROTLI, GZIP)
WORTH_BYTES = 1_400
"""A shorter body travels in one packet anyway."""

MAX_KEPT_LETTERS = 200


class NotAcceptable(Exception):
    """The client accepts none of the codings there are, nor a plain body."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """coding: the one to use. is_required: a plain body is not accepted, however short."""

    coding: bytes
    is_required: bool = False

    def is_for(self, length: int) -> bool:
        """Whether a body of that many bytes is to be put into the coding."""
        return self.is_required or (self.coding is not IDENTITY and length >= WORTH_BYTES)


PLAIN = Accepted(IDENTITY)


def accepted(header: bytes | None) -> Accepted:
    """From an Accept-Encoding header. Raises NotAcceptable."""
    if header is None:
        return PLAIN
    return _kept(header) if len(header) <= MAX_KEPT_LETTERS else choose(header)


def choose(header: bytes) -> Accepted:
    """The coding the client likes best; of those it likes equally, the cheapest for its size."""
    given = dict(_entry(item) for item in header.split(b",") if item.strip())
    given[GZIP] = given.get(GZIP, given.get(b"x-gzip", given.get(b"*", 0.0)))
    others = given.get(b"*", 0.0)
    plain = given.get(IDENTITY, 0.0 if b"*" in given and others == 0 else None)
    best = max(BY_PREFERENCE, key=lambda coding: given.get(coding, others))
    liking = given.get(best, others)
    if liking > 0 and (plain is None or liking >= plain):
        return Accepted(best, is_required=plain == 0)
    if plain == 0:
        raise NotAcceptable
    return PLAIN


_kept = lru_cache(500)(choose)


def _entry(item: bytes) -> tuple[bytes, float]:
    name, *parameters = item.split(b";")
    liking = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition(b"=")
        if key.strip().lower() == b"q":
            liking = _quality(value.strip())
    return name.strip().lower(), liking


def _quality(value: bytes) -> float:
    """From 0 to 1; what is no quality is as if the coding had not been accepted."""
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def encode(coding: bytes, body: bytes) -> bytes:
    """Safe in any thread."""
    if coding == ZSTD:
        return ZstdCompressor(level=1).compress(body)
    if coding == BROTLI:
        encoded: bytes = brotli.compress(body, quality=1)
        return encoded
    return zlib.compress(body, 1, wbits=31)
