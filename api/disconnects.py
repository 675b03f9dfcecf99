"""Clients that leave before they are answered, and those that may wait no longer, or let others
wait: what runs for them alone is ended.

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
from types import TracebackType
from typing import Protocol

from starlette.types import Receive

from api.replies import Disconnected
from domain.outages import TimedOut

SWEEP_SECONDS = 0.1


class Company(Protocol):
    """Several who wait for one statement."""

    def leave(self, waiting: Waiting) -> bool:
        """One has left. Whether its own task is to end now."""


class Waiting:
    """A client that waits for a statement, or is waited for, as long as a `with` block.
    task: answers it; company: who waits for the same; ends_at: until when, by the loop's clock.

    receive: tells that the client left; None while that is seen by who reads what it sends. The
    block ends with `late` at its moment, and with Disconnected when the client has left.
    """

    __slots__ = (
        "_all",
        "company",
        "ends_at",
        "has_expired",
        "has_left",
        "is_old",
        "late",
        "listening",
        "receive",
        "task",
    )

    def __init__(
        self,
        everybody: set[Waiting],
        receive: Receive | None,
        ends_at: float = math.inf,
        late: type[Exception] = TimedOut,
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task: asyncio.Task[object] = task
        self._all = everybody
        self.receive = receive
        self.company: Company | None = None
        self.listening: asyncio.Task[None] | None = None
        self.ends_at = ends_at
        self.late = late
        self.is_old = self.has_left = self.has_expired = False

    def __enter__(self) -> Waiting:
        self._all.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._all.discard(self)
        if self.listening is not None:
            self.listening.cancel()
        if kind is asyncio.CancelledError and (self.has_left or self.has_expired):
            self.task.uncancel()
            raise Disconnected if self.has_left else self.late from None

    def look(self, now: float) -> None:
        """The sweep comes by."""
        if self.ends_at < now:
            self.expire()
        elif not self.is_old:
            self.is_old = True
        elif self.listening is None and self.receive is not None:
            self.listening = asyncio.create_task(self.listen(self.receive))

    async def listen(self, receive: Receive) -> None:
        """Until the client leaves."""
        while (await receive())["type"] != "http.disconnect":
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

    def reading(self, seconds: float, late: type[Exception]) -> Waiting:
        """For what a client sends, so long."""
        ends_at = asyncio.get_running_loop().time() + seconds
        return Waiting(self._waiting, None, ends_at, late)

    def running(self, receive: Receive, ends_at: float) -> Waiting:
        """For what runs for a client."""
        return Waiting(self._waiting, receive, ends_at)

    def sweep(self, now: float) -> None:
        for waiting in self._waiting:
            waiting.look(now)

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
