"""A text as 64 bits, of which nearly equal texts have nearly the same (Charikar 2002), and the four
quarters of them by which an index finds what differs in at most three. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter

BITS = 64
MOST_DISTANCE = 3
"""Two texts of one hash but for so many bits are nearly the same (Manku et al. 2007)."""

SHORTEST = 60
"""Letters below which a text is too short to tell anything."""

SHINGLE = 3
LETTERS = re.compile(r"[^\W_]+")


def simhash(text: str) -> int | None:
    """As a signed number of 64 bits; None for a text that is too short."""
    letters = "".join(LETTERS.findall(unicodedata.normalize("NFKC", text).lower()))
    if len(letters) < SHORTEST:
        return None
    shingles = Counter(letters[at : at + SHINGLE] for at in range(len(letters) - SHINGLE + 1))
    sums = [0] * BITS
    for shingle, times in shingles.items():
        bits = int.from_bytes(hashlib.blake2b(shingle.encode(), digest_size=8).digest())
        for bit in range(BITS):
            sums[bit] += times if bits >> bit & 1 else -times
    unsigned = sum(1 << bit for bit in range(BITS) if sums[bit] > 0)
    return unsigned - (1 << BITS) if unsigned >> (BITS - 1) else unsigned


def distance(one: int, other: int) -> int:
    """In how many bits they differ."""
    return ((one ^ other) & (1 << BITS) - 1).bit_count()
