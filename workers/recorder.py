"""Recording what was answered while the next answers are on their way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from domain.pulling.actions.answers import Told

MOST_WAITING = 20
"""Answers in memory at once: then asking waits for the database."""
GATHERING_SECONDS = 0.05
"""How long answers are gathered. A transaction costs as much as recording thirty counters."""


class Recorder:
    """Many answers share a transaction where they come quickly; where each takes its time, one is
    recorded while the next ones are on their way. What is lost with the process is asked again.

    record: keeps all of what it is given, or nothing. clock: seconds that only grow.
    """

    def __init__(
        self,
        record: Callable[[Sequence[Told]], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record, self._clock = record, clock
        self._waiting: list[Told] = []
        self._since = 0.0
        self._under_way: asyncio.Future[None] | None = None

    async def give(self, told: Told) -> None:
        """Raises what an earlier recording raised."""
        if not self._waiting:
            self._since = self._clock()
        self._waiting.append(told)
        is_idle = self._under_way is None or self._under_way.done()
        is_time = is_idle and self._clock() - self._since >= GATHERING_SECONDS
        if is_time or len(self._waiting) >= MOST_WAITING:
            await self._turn()

    async def finish(self) -> None:
        """Waits until everything that was given is recorded."""
        while self._waiting or self._under_way is not None:
            await self._turn()

    async def _turn(self) -> None:
        """The next transaction begins when the last one has ended."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            await under_way
        if self._waiting:
            told, self._waiting = self._waiting, []
            self._under_way = asyncio.ensure_future(self._record(told))
