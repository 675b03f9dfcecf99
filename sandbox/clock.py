"""The replay's clock: it runs through the hours of the data set, and remembers where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path


class ReplayClock:
    """Runs `speed` times as fast as time does, from `start` to `last`, where it stands still.

    Hours are hours since 1970. path: where the position is kept; a position found there goes
    before `start`. monotonic: seconds that only grow.
    """

    def __init__(
        self,
        *,
        start: int,
        first: int,
        last: int,
        speed: float,
        path: Path | None,
        monotonic: Callable[[], float],
    ) -> None:
        self.speed = speed
        self._first, self._last, self._path, self._monotonic = first, last, path, monotonic
        self._set_at = monotonic()
        self._position = self._within(self._kept(start))

    def position(self) -> float:
        """The moment of the replay, in hours since 1970."""
        elapsed = self._monotonic() - self._set_at
        return self._within(self._position + elapsed * self.speed / 3600)

    def hour(self) -> int:
        return int(self.position())

    def set(self, position: float) -> None:
        self._position, self._set_at = self._within(position), self._monotonic()

    def keep(self) -> None:
        """Writes the position, so that a crash at any moment leaves the old or the new one."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".new")
        beside.write_text(json.dumps({"position": self.position()}), encoding="utf-8")
        os.replace(beside, self._path)

    def _within(self, position: float) -> float:
        return min(max(position, self._first), self._last)

    def _kept(self, start: int) -> float:
        if self._path is None or not self._path.exists():
            return start
        try:
            return float(json.loads(self._path.read_text(encoding="utf-8"))["position"])
        except (ValueError, KeyError, TypeError):
            return start
