"""What one process has counted: plain numbers, as every request adds to some.

prometheus_client's own counters, shared between processes, cost each request some ten microseconds
here; these cost two. It is prometheus_client that shows them (`commands/metrics/api.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TypeAlias

import msgspec

from api.metrics.families import EDGES, Family

Key: TypeAlias = tuple[str, ...]
"""A family's name, then its labels' values."""


class Durations(msgspec.Struct):
    """buckets: how many durations ended below each edge and above the one before; the last one,
    above all. seconds: their sum."""

    buckets: list[int]
    seconds: float = 0.0


class Tally:
    """Counted since the process started; numbers only grow."""

    __slots__ = ("counts", "durations")

    def __init__(self) -> None:
        self.counts: defaultdict[Key, float] = defaultdict(int)
        self.durations: dict[Key, Durations] = {}

    def count(self, family: Family, *labels: str, by: float = 1) -> None:
        self.counts[(family.name, *labels)] += by

    def observe(self, family: Family, seconds: float, *labels: str) -> None:
        key = (family.name, *labels)
        durations = self.durations.get(key)
        if durations is None:
            durations = self.durations[key] = Durations([0] * (len(EDGES) + 1))
        durations.buckets[bisect_left(EDGES, seconds)] += 1
        durations.seconds += seconds
