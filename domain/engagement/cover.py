"""Periods that overlap or nest: which of them are added up; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

Period = tuple[datetime, datetime]
"""Start and end, the end excluded."""

NOTHING = (timedelta(), 0)


def finest_cover(periods: Collection[Period]) -> tuple[list[Period], bool]:
    """The disjoint periods that cover the most time; among these, the most, that is the finest.

    A day whose hours are all there is told by its hours, one with a missing hour by itself. Of
    equally good choices the one whose last period ends later, then begins later. The second
    value: whether they cover all the time that any of the periods does.
    """
    ordered = sorted(set(periods), key=lambda period: (period[1], period[0]))
    if all(one[1] <= other[0] for one, other in pairwise(ordered)):
        return ordered, True
    ends = [ends_at for _, ends_at in ordered]
    best = [NOTHING]
    taken: list[int | None] = []
    for starts_at, ends_at in ordered:
        before = bisect_right(ends, starts_at, 0, len(best) - 1)
        time, count = best[before]
        candidate = (time + (ends_at - starts_at), count + 1)
        taken.append(before if candidate >= best[-1] else None)
        best.append(max(candidate, best[-1]))
    return _chosen(ordered, taken), best[-1][0] == _known_time(ordered)


def _chosen(ordered: list[Period], taken: list[int | None]) -> list[Period]:
    """Back from the last period: each one taken names how many before it may be taken too."""
    found: list[Period] = []
    left = len(ordered)
    while left:
        before = taken[left - 1]
        if before is None:
            left -= 1
        else:
            found.append(ordered[left - 1])
            left = before
    return found[::-1]


def _known_time(periods: list[Period]) -> timedelta:
    """How long the periods are together, what they share counted once."""
    known = timedelta()
    until: datetime | None = None
    for starts_at, ends_at in sorted(periods):
        begins = starts_at if until is None else max(starts_at, until)
        if ends_at > begins:
            known += ends_at - begins
            until = ends_at
    return known
