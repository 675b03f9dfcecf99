"""Whether a worker lives, and whether it can work; asked from another thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

BEAT_SECONDS = 1.0
STILL_SECONDS = 30.0
"""A worker that did nothing at all for so long stands still."""


class WorkerHealth:
    """waits_for: why it does not work now, empty while it does."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.waits_for = "it has not started yet"
        self._clock = clock
        self._beat_at = clock()

    async def beat(self) -> None:
        """For ever, in the event loop that is watched."""
        while True:
            self._beat_at = self._clock()
            await asyncio.sleep(BEAT_SECONDS)

    def livez(self) -> str:
        """What is wrong, or nothing."""
        still = self._clock() - self._beat_at
        return f"nothing has moved for {still:.0f} s" if still > STILL_SECONDS else ""

    def readyz(self) -> str:
        """What is wrong, or nothing."""
        return self.livez() or self.waits_for
