"""Recording what was answered while the next answers are on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from domain.pulling.actions.answers import Told

MOST_WAITING = 10
"""Answers in memory at once: then asking waits for the database."""


class Recorder:
    """What comes in while a transaction is under way is recorded together, in the next one: where
    platforms are slow each answer has its own, where they are quick many share one.

    record: keeps all of what it is given, or nothing.
    """

    def __init__(self, record: Callable[[Sequence[Told]], Awaitable[None]]) -> None:
        self._record = record
        self._waiting: list[Told] = []
        self._under_way: asyncio.Future[None] | None = None

    async def give(self, told: Told) -> None:
        """Raises what an earlier recording raised."""
        self._waiting.append(told)
        if self._is_idle or len(self._waiting) >= MOST_WAITING:
            await self._turn()

    async def finish(self) -> None:
        """Waits until everything that was given is recorded."""
        while self._waiting or self._under_way is not None:
            await self._turn()

    @property
    def _is_idle(self) -> bool:
        return self._under_way is None or self._under_way.done()

    async def _turn(self) -> None:
        """The next transaction begins when the last one has ended."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            await under_way
        if self._waiting:
            told, self._waiting = self._waiting, []
            self._under_way = asyncio.ensure_future(self._record(told))
