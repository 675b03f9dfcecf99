"""The counted window of one run: latencies between its ends, processor time at its ends."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from benchmarks.meters import cpu_seconds

LONGEST_SECONDS = 60.0
"""A run that cannot even make its least number of requests ends then."""


@dataclass
class Window:
    """Opens after the warm-up, closes after `seconds`, each only once enough was answered.

    roots: processes whose time is counted, by name, with all below them.
    least: answers in the warm-up, and again in the window, at the fewest.
    """

    seconds: float
    warm_up_seconds: float
    least: int
    roots: dict[str, int]
    latencies: list[float] = field(default_factory=list)
    started_at: float = field(default_factory=time.perf_counter)
    opened_at: float = 0.0
    closed_at: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    _warm: int = 0

    def answered(self, sent_at: float, now: float) -> bool:
        """Takes note of an answer; whether another is wanted."""
        if not self.opened_at:
            self._warm += 1
            if self._is_over(self.started_at, self.warm_up_seconds, self._warm, now):
                self.cpu = self._cpu()
                self.opened_at = time.perf_counter()
            return True
        if self.closed_at:
            return False
        self.latencies.append(now - sent_at)
        if not self._is_over(self.opened_at, self.seconds, len(self.latencies), now):
            return True
        self.closed_at = now
        self.cpu = {name: after - self.cpu[name] for name, after in self._cpu().items()}
        return False

    def _is_over(self, since: float, seconds: float, answers: int, now: float) -> bool:
        passed = now - since
        return passed >= LONGEST_SECONDS or (passed >= seconds and answers >= self.least)

    def _cpu(self) -> dict[str, float]:
        roots = {**self.roots, "load": os.getpid()}
        return {name: cpu_seconds(root) for name, root in roots.items()}

    def result(self) -> dict[str, object]:
        return {
            "requests": len(self.latencies),
            "seconds": self.closed_at - self.opened_at,
            "cpu_seconds": self.cpu,
            **percentiles(self.latencies),
        }


def percentiles(latencies: list[float]) -> dict[str, float]:
    """In milliseconds; of no latencies, zeros."""
    ordered = sorted(latencies) or [0.0]
    return {
        "p50_ms": 1e3 * ordered[len(ordered) // 2],
        "p99_ms": 1e3 * ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
    }
