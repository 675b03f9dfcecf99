"""Recording what was answered while the next answers are on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from domain.pulling.actions.answers import Told

MOST_WAITING = 50
MOST_BYTES = 4 * 1024 * 1024
"""Answers in memory at once, and their size: then asking waits for the database."""
GATHERING_SECONDS = 0.2
"""How long answers are gathered. A transaction costs as much as recording a hundred counters."""


class Recorder:
    """Many answers share a transaction where they come quickly; where each takes its time, one is
    recorded while the next ones are on their way. What is lost with the process is asked again.

    record: keeps all of what it is given, or nothing. seconds: how long answers are gathered.
    """

    def __init__(
        self,
        record: Callable[[Sequence[Told]], Awaitable[None]],
        seconds: float = GATHERING_SECONDS,
    ) -> None:
        self._record, self._seconds = record, seconds
        self._waiting: list[Told] = []
        self._bytes = 0
        self._under_way: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def give(self, told: Told) -> None:
        """Raises what an earlier recording raised."""
        self._waiting.append(told)
        self._bytes += len(told.answer.body)
        is_full = len(self._waiting) >= MOST_WAITING or self._bytes >= MOST_BYTES
        if is_full or self._has_failed():
            await self._turn()
        elif self._timer is None:
            self._wait()

    async def finish(self) -> None:
        """Waits until everything that was given is recorded."""
        while self._waiting or self._under_way is not None:
            await self._turn()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._ring)

    def _ring(self) -> None:
        """What was gathered is recorded, once the last transaction has ended; who gives the next
        answer, or finishes, learns how that one failed."""
        self._timer = None
        if self._under_way is not None and not self._under_way.done():
            self._wait()
        elif self._waiting and not self._has_failed():
            self._begin()

    def _has_failed(self) -> bool:
        under_way = self._under_way
        return under_way is not None and under_way.done() and under_way.exception() is not None

    async def _turn(self) -> None:
        """The next transaction begins when the last one has ended. It stays known while it is
        waited for, so that the bell begins no other beside it."""
        under_way = self._under_way
        if under_way is not None:
            try:
                await under_way
            finally:
                if self._under_way is under_way:
                    self._under_way = None
        if self._waiting and self._under_way is None:
            self._begin()

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        told, self._waiting, self._bytes = self._waiting, [], 0
        self._under_way = asyncio.ensure_future(self._record(told))
