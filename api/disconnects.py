"""Clients that leave before they are answered: what runs for them alone is ended.

A server tells that a client left only to who waits for it, and a task that waits would cost every
request. So a sweep comes by from time to time, and only of requests that were there at the sweep
before is it awaited whether their clients leave.
"""

from __future__ import annotations

import asyncio
import contextlib
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
    """A client that waits for a statement. task: answers it; company: who waits for the same."""

    __slots__ = ("company", "has_left", "is_old", "listening", "receive", "task")

    def __init__(self, receive: Receive) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task: asyncio.Task[object] = task
        self.receive = receive
        self.company: Company | None = None
        self.listening: asyncio.Task[None] | None = None
        self.is_old = self.has_left = False

    async def listen(self) -> None:
        """Until the client leaves."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        if self.company is None or self.company.leave(self):
            self.task.cancel()


class Disconnects:
    """All who wait, and the sweep."""

    def __init__(self) -> None:
        self._waiting: set[Waiting] = set()

    def begin(self, receive: Receive) -> Waiting:
        waiting = Waiting(receive)
        self._waiting.add(waiting)
        return waiting

    def end(self, waiting: Waiting) -> None:
        self._waiting.discard(waiting)
        if waiting.listening is not None:
            waiting.listening.cancel()

    def sweep(self) -> None:
        for waiting in self._waiting:
            if not waiting.is_old:
                waiting.is_old = True
            elif waiting.listening is None:
                waiting.listening = asyncio.create_task(waiting.listen())

    async def sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()


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
