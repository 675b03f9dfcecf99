"""Rate limits: so many requests in each window, for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

Window = Callable[[float], tuple[float, float]]
"""From a moment to the start and the end of the window it lies in; unix seconds."""


class Limit(NamedTuple):
    """What a platform grants each caller in each window."""

    requests: int
    window: Window


class Allowance(NamedTuple):
    """resets_at: unix seconds."""

    limit: int
    remaining: int
    resets_at: float
    exceeded: bool


def every(seconds: int) -> Window:
    """Windows of that length, one after the other since 1970."""

    def window(now: float) -> tuple[float, float]:
        start = now - now % seconds
        return start, start + seconds

    return window


def day_in(zone: ZoneInfo) -> Window:
    """Days from midnight to midnight there, of 23 hours and of 25 where clocks are changed."""

    def window(now: float) -> tuple[float, float]:
        day = datetime.fromtimestamp(now, zone).date()
        ends = (datetime.combine(day + timedelta(days), time(), zone) for days in (0, 1))
        start, end = (moment.timestamp() for moment in ends)
        return start, end

    return window


class RateLimit:
    """A limit and what was used of it. clock: unix seconds."""

    def __init__(self, limit: Limit, clock: Callable[[], float]) -> None:
        self._limit, self._clock = limit, clock
        self._window_start = 0.0
        self._used: dict[str, int] = {}

    def take(self, caller: str) -> Allowance:
        start, end = self._limit.window(self._clock())
        if start != self._window_start:
            self._window_start, self._used = start, {}
        used = self._used.get(caller, 0) + 1
        self._used[caller] = used
        granted = self._limit.requests
        return Allowance(granted, max(granted - used, 0), end, used > granted)
