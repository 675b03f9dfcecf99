"""Rate limits: so many requests in each window, for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Allowance(NamedTuple):
    """resets_at: unix seconds."""

    limit: int
    remaining: int
    resets_at: float
    exceeded: bool


class RateLimit:
    """`limit` requests per `window_seconds` and caller. clock: unix seconds."""

    def __init__(self, limit: int, window_seconds: int, clock: Callable[[], float]) -> None:
        self._limit, self._window, self._clock = limit, window_seconds, clock
        self._window_start = 0.0
        self._used: dict[str, int] = {}

    def take(self, caller: str) -> Allowance:
        now = self._clock()
        start = now - now % self._window
        if start != self._window_start:
            self._window_start, self._used = start, {}
        used = self._used.get(caller, 0) + 1
        self._used[caller] = used
        remaining = max(self._limit - used, 0)
        return Allowance(self._limit, remaining, start + self._window, used > self._limit)
