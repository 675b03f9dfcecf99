"""Which subjects an inspection looks at: by chance, yet the same for the same seed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

METHOD = "Random(seed).sample of Python over numbers in ascending order"
"""How it is drawn, as the index says it: whoever has the list of numbers can draw it again."""


class Candidate(NamedTuple):
    """stratum: the group it belongs to, e.g. an organization's number."""

    number: int
    stratum: int


def drawn(candidates: Iterable[Candidate], size: int, seed: int) -> list[int]:
    """At most so many numbers, ascending, each as likely as any other."""
    numbers = sorted(candidate.number for candidate in candidates)
    return sorted(Random(seed).sample(numbers, min(size, len(numbers))))


def drawn_by_stratum(candidates: Iterable[Candidate], size: int, seed: int) -> list[int]:
    """From each stratum its share, at least one: more than `size` where there are more strata."""
    strata: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        strata[candidate.stratum].append(candidate)
    shares = allotted({number: len(of) for number, of in strata.items()}, size)
    return sorted(
        number
        for stratum, share in shares.items()
        for number in drawn(strata[stratum], share, seed + stratum)
    )


def allotted(sizes: dict[int, int], size: int) -> dict[int, int]:
    """How many from each stratum: one, and of the others in proportion to what else it has, by the
    largest remainders."""
    rooms = {stratum: own - 1 for stratum, own in sizes.items()}
    room = sum(rooms.values())
    rest = max(min(size - len(sizes), room), 0)
    exact = {stratum: rest * own / room if room else 0.0 for stratum, own in rooms.items()}
    shares = {stratum: 1 + int(share) for stratum, share in exact.items()}
    left = len(sizes) + rest - sum(shares.values())
    for stratum in _by_remainder(exact)[:left]:
        shares[stratum] += 1
    return shares


def _by_remainder(exact: dict[int, float]) -> list[int]:
    return sorted(exact, key=lambda stratum: (int(exact[stratum]) - exact[stratum], stratum))
