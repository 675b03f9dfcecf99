"""Whether the clock was turned: it is compared with one that only ever goes forward."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

LOOK_SECONDS = 1.0
TURNED = timedelta(seconds=30)
"""Less is no matter: what is planned by the clock happens so much earlier or later, once."""


class ClockWatch:
    """clock: that may be turned. ticks: seconds that only grow."""

    def __init__(
        self, clock: Callable[[], datetime], ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock, self._ticks = clock, ticks
        self._started_at, self._ticks_then = clock(), ticks()

    def turned_by(self) -> timedelta:
        """How far the clock is from where it would be by itself; negative when it was put back."""
        passed = timedelta(seconds=self._ticks() - self._ticks_then)
        return self._clock() - self._started_at - passed

    async def until_turned(self) -> timedelta:
        """Returns by how much."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            moved = self.turned_by()
            if abs(moved) >= TURNED:
                return moved
