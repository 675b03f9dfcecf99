"""How much a process takes on: so many pushes at once, and none while the roll-up is far behind."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from api.push_refusals import Refusal

MEASURED_SECONDS = 1.0
"""How long a measured backlog holds."""

SLOT_SECONDS = 1
BACKLOG_SECONDS = 15


class Gate:
    """at_once: pushes worked on at the same time. most_marks: waiting for the roll-up, more than
    which no push is taken. backlog: measures them. inside: pushes worked on now."""

    def __init__(
        self,
        at_once: int,
        most_marks: int,
        backlog: Callable[[], Awaitable[int]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._most_marks = most_marks
        self._backlog = backlog
        self._clock = clock
        self.inside = 0
        self._marks = 0
        self._measure_at = float("-inf")

    @contextmanager
    def slot(self) -> Iterator[None]:
        """One of the places. Raises Refusal when all are taken: who waited in line would only
        hold memory."""
        if self.inside >= self._at_once:
            raise Refusal(
                429,
                "TOO_MANY_PUSHES",
                "too many pushes at once; send the same again, under the same webhook-id",
                retry_after=SLOT_SECONDS,
            )
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    async def check_backlog(self) -> None:
        """Raises Refusal while the roll-up is too far behind. Measured once in a while only."""
        if self._clock() >= self._measure_at:
            self._measure_at = self._clock() + MEASURED_SECONDS
            self._marks = await self._backlog()
        if self._marks > self._most_marks:
            raise Refusal(
                503,
                "BACKLOG",
                "totals are far behind; send the same again, under the same webhook-id",
                retry_after=BACKLOG_SECONDS,
            )
