"""Which processor core runs what: the server on one, PostgreSQL and the load on the other."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from benchmarks.meters import processes


@dataclass(frozen=True, slots=True)
class Cores:
    """database: PostgreSQL and the load. server: the server, and what it is compared with.
    every: all there are. Empty sets where processes cannot be pinned."""

    database: frozenset[int] = frozenset()
    server: frozenset[int] = frozenset()
    every: frozenset[int] = frozenset()

    @property
    def are_apart(self) -> bool:
        return self.database != self.server


def available() -> Cores:
    if not hasattr(os, "sched_getaffinity"):
        return Cores()
    every = sorted(os.sched_getaffinity(0))
    return Cores(frozenset(every[:1]), frozenset(every[1:2] or every), frozenset(every))


@contextlib.contextmanager
def on(cores: frozenset[int]) -> Iterator[None]:
    """Processes that are started meanwhile run on these cores."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def move(root: int | None, cores: frozenset[int]) -> bool:
    """A process and all below it go to these cores. Meant for PostgreSQL, whose processes have one
    thread each. False when they may not be moved."""
    if root is None or not cores:
        return False
    try:
        for process in processes(root):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.cpu_affinity(sorted(cores))
    except psutil.AccessDenied:
        return False
    return True
