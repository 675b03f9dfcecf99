"""Connections that are lent for one statement each. What is lent leaves no state behind, so that
nothing is reset when it comes back: asyncpg's own pool starts a task and waits a turn for that."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

import asyncpg

from domain.outages import OUTAGES

MEND_SECONDS = 2.0

Open = Callable[[], Awaitable[asyncpg.Connection]]


class Connections:
    """At most `size` of them, opened when they are needed, the last used lent first.

    Who comes while all are lent waits in line.
    """

    def __init__(self, open_: Open, *, size: int) -> None:
        self._open = open_
        self.size = size
        self._opening = 0
        self._opened: set[asyncpg.Connection] = set()
        self._idle: list[asyncpg.Connection] = []
        self._mending: set[asyncio.Task[None]] = set()
        self._line: deque[asyncio.Future[asyncpg.Connection | None]] = deque()

    @property
    def lent(self) -> int:
        """How many are lent now, or are being opened or mended for it."""
        return len(self._opened) + self._opening - len(self._idle)

    @property
    def waiting(self) -> int:
        """How many wait in line now."""
        return sum(not turn.done() for turn in self._line)

    async def take(self) -> asyncpg.Connection:
        """Raises what opening raises. What is taken must be given back."""
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                self._opened.discard(connection)
            if len(self._opened) + self._opening < self.size:
                return await self._another()
            handed = await self._in_line()
            if handed is not None:
                return handed

    async def _another(self) -> asyncpg.Connection:
        self._opening += 1
        try:
            connection = await self._open()
        except BaseException:
            self._hand(None)
            raise
        finally:
            self._opening -= 1
        self._opened.add(connection)
        return connection

    async def _in_line(self) -> asyncpg.Connection | None:
        """None: there is room for another one."""
        turn: asyncio.Future[asyncpg.Connection | None]
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise

    def _pass_on(self, handed: asyncpg.Connection | None) -> None:
        """What came to somebody who no longer waits."""
        if handed is None:
            self._hand(None)
        else:
            self.give_back(handed)

    def give_back(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._opened.discard(connection)
            self._hand(None)
        elif not self._hand(connection):
            self._idle.append(connection)

    def mend(self, connection: asyncpg.Connection) -> None:
        """Takes back one whose statement nobody waits for any more: it is lent again when the
        server has cancelled that, and cut off when it does not."""
        task = asyncio.create_task(self._mend(connection))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _mend(self, connection: asyncpg.Connection) -> None:
        try:
            async with asyncio.timeout(MEND_SECONDS):
                await connection.execute("SELECT")
        except (asyncpg.PostgresError, *OUTAGES):
            connection.terminate()
        finally:
            self.give_back(connection)

    def _hand(self, given: asyncpg.Connection | None) -> bool:
        """To the first who waits; whether somebody does."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(given)
                return True
        return False

    async def close(self, *, seconds: float) -> None:
        """Ends idle ones in order, within that time; cuts the others off."""
        idle, self._idle = self._idle, []
        closing = asyncio.gather(*(connection.close() for connection in idle))
        with contextlib.suppress(TimeoutError, *OUTAGES):
            await asyncio.wait_for(closing, seconds)
        for connection in self._opened:
            connection.terminate()
