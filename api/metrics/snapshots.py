"""What each API process has counted, on its way to whoever shows it: a file for each process,
written anew every second, read by the process that started them. So it is shown however busy they
are, and what a process counted before it died still counts."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from api.metrics.families import FAMILIES, Kind
from api.metrics.tally import Durations, Key, Tally

DIRECTORY = "XINFENG_METRICS_DIRECTORY"
"""The variable by which API processes know where to write; set by the process that starts them."""

FRESH_SECONDS = 10.0
"""A process that has written nothing for so long is dead, or stands still."""

LARGEST = frozenset(family.name for family in FAMILIES if family.kind is Kind.LARGEST)


class Snapshot(msgspec.Struct):
    """What one process counted. at: seconds since 1970, when."""

    at: float
    counts: list[tuple[Key, float]]
    durations: list[tuple[Key, Durations]]
    gauges: dict[str, float]


@dataclass
class Merged:
    """Of all processes together. processes: how many live."""

    processes: int = 0
    counts: defaultdict[Key, float] = field(default_factory=lambda: defaultdict(int))
    durations: dict[Key, Durations] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)


def write(directory: Path, tally: Tally, gauges: Mapping[str, float]) -> None:
    """Whoever reads finds the last one whole. Raises OSError."""
    snapshot = Snapshot(
        time.time(), list(tally.counts.items()), list(tally.durations.items()), dict(gauges)
    )
    draft = directory / f"{os.getpid()}.partial"
    draft.write_bytes(msgspec.json.encode(snapshot))
    draft.rename(directory / f"{os.getpid()}.json")


def read(directory: Path, *, now: float) -> Merged:
    """now: seconds since 1970."""
    merged = Merged()
    for snapshot in _snapshots(directory):
        for key, number in snapshot.counts:
            merged.counts[key] += number
        for key, durations in snapshot.durations:
            _add(merged.durations, key, durations)
        if now - snapshot.at < FRESH_SECONDS:
            merged.processes += 1
            for name, value in snapshot.gauges.items():
                known = merged.gauges.get(name, 0.0)
                merged.gauges[name] = max(known, value) if name in LARGEST else known + value
    return merged


def _snapshots(directory: Path) -> Iterator[Snapshot]:
    for path in sorted(directory.glob("*.json")):
        yield msgspec.json.decode(path.read_bytes(), type=Snapshot)


def _add(merged: dict[Key, Durations], key: Key, more: Durations) -> None:
    known = merged.get(key)
    if known is None:
        merged[key] = more
        return
    known.buckets = [one + other for one, other in zip(known.buckets, more.buckets, strict=True)]
    known.seconds += more.seconds
