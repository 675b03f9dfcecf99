"""Clients that leave before they are answered, and those that may wait no longer: what runs for
them alone is ended.

A server tells that a client left only to who waits for it, and a task that waits would cost every
request. So a sweep comes by from time to time, and only of requests that were there at the sweep
before is it awaited whether their clients leave.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from starlette.types import Receive

SWEEP_SECONDS = 0.1


class Company(Protocol):
    """Several who wait for one statement."""

    def leave(self, waiting: Waiting) -> bool:
        """One has left. Whether its own task is to end now."""


class Waiting:
    """A client that waits for a statement. task: answers it; company: who waits for the same;
    ends_at: until when, by the event loop's clock."""

    __slots__ = (
        "company",
        "ends_at",
        "has_expired",
        "has_left",
        "is_old",
        "listening",
        "receive",
        "task",
    )

    def __init__(self, receive: Receive, ends_at: float = math.inf) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task: asyncio.Task[object] = task
        self.receive = receive
        self.company: Company | None = None
        self.listening: asyncio.Task[None] | None = None
        self.ends_at = ends_at
        self.is_old = self.has_left = self.has_expired = False

    async def listen(self) -> None:
        """Until the client leaves."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        if not self.has_expired:
            self.has_left = True
            self._leave()

    def expire(self) -> None:
        """It waits no longer."""
        if not self.has_left and not self.has_expired:
            self.has_expired = True
            self._leave()

    def _leave(self) -> None:
        if self.company is None or self.company.leave(self):
            self.task.cancel()


class Disconnects:
    """All who wait, and the sweep."""

    def __init__(self) -> None:
        self._waiting: set[Waiting] = set()

    def begin(self, receive: Receive, ends_at: float = math.inf) -> Waiting:
        waiting = Waiting(receive, ends_at)
        self._waiting.add(waiting)
        return waiting

    def end(self, waiting: Waiting) -> None:
        self._waiting.discard(waiting)
        if waiting.listening is not None:
            waiting.listening.cancel()

    def sweep(self, now: float = 0.0) -> None:
        for waiting in self._waiting:
            if waiting.ends_at < now:
                waiting.expire()
            elif not waiting.is_old:
                waiting.is_old = True
            elif waiting.listening is None:
                waiting.listening = asyncio.create_task(waiting.listen())

    async def sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(asyncio.get_running_loop().time())


@asynccontextmanager
async def watching() -> AsyncIterator[Disconnects]:
    disconnects = Disconnects()
    task = asyncio.create_task(disconnects.sweep_for_ever())
    try:
        yield disconnects
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
