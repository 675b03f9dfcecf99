"""What was written lately, by whichever process: tables name themselves as they change.

The connection that hears of it is asked for a sign of life every second, so it also knows how the
database is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager
from enum import Enum

import asyncpg

from domain import migrated
from domain.database import connection_parameters
from domain.outages import OUTAGES

CHANNEL = "xinfeng_changed"
RETRY_SECONDS = 1.0
BEAT_SECONDS = 1.0
SILENCE_SECONDS = 2.0
"""A database that does not answer the simplest question for so long is away."""

TELLING = """
SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgfoid = 'tell_change'::regproc
"""


class Fault(Enum):
    """Why this process cannot answer; the value is for whoever watches it."""

    NO_ANSWER = "the database does not answer"
    NOT_MIGRATED = "the database lacks migrations of this version: run ./xinfeng migrate"
    NOT_LISTENING = "the database does not tell of changes yet"


class Changes:
    """Counts the writes to each table that this process has heard of.

    fault: why it hears nothing now. listening: clear while the database is away: then nothing is
    known, and nothing may be kept.
    telling: the tables whose writes are told; of others nothing is ever heard.
    """

    def __init__(self) -> None:
        self.fault: Fault | None = Fault.NO_ANSWER
        self.listening = asyncio.Event()
        self._counts: Counter[str] = Counter()
        self.telling: frozenset[str] = frozenset()
        self._epoch = 0
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def is_listening(self) -> bool:
        return self.listening.is_set()

    def mark(self, tables: Iterable[str]) -> Hashable:
        """Differs from an earlier mark as soon as one of the tables has been written to."""
        return (self._epoch, *(self._counts[table] for table in tables))

    async def differs(self, tables: Iterable[str], mark: Hashable) -> None:
        """Waits until the tables' mark is another."""
        names = tuple(tables)
        while self.mark(names) == mark:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.add(waiting)
            try:
                await waiting
            finally:
                self._waiting.discard(waiting)

    def heard(self, table: str) -> None:
        self._counts[table] += 1
        self._wake()

    def forget(self) -> None:
        """Every mark differs from now on: after a write of our own, which will be heard of only in
        a moment, and whenever something may have been missed."""
        self._epoch += 1
        self._wake()

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def listen(self, database_url: str) -> None:
        """Runs for ever; finds the database again when it was away."""
        while True:
            self.fault = Fault.NO_ANSWER
            with contextlib.suppress(*OUTAGES):
                await self._listen_once(database_url)
            self.listening.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self, database_url: str) -> None:
        """Returns when the connection has ended; raises what an outage raises."""
        ended = asyncio.Event()
        connection = await asyncpg.connect(**connection_parameters(database_url), timeout=5)
        try:
            connection.add_termination_listener(lambda _connection: ended.set())
            await self._migrated(connection)
            self.fault = Fault.NOT_LISTENING
            await connection.add_listener(
                CHANNEL, lambda _connection, _pid, _channel, table: self.heard(str(table))
            )
            rows = await connection.fetch(TELLING, timeout=SILENCE_SECONDS)
            self.telling = frozenset(row["name"] for row in rows)
            self.forget()
            self.listening.set()
            self.fault = None
            while not ended.is_set():
                await connection.execute("SELECT", timeout=SILENCE_SECONDS)
                await _either(ended, BEAT_SECONDS)
        finally:
            self.fault = self.fault or Fault.NO_ANSWER
            connection.terminate()

    async def _migrated(self, connection: asyncpg.Connection) -> None:
        """Waits until the database is."""
        while await migrated.missing(connection, timeout_seconds=SILENCE_SECONDS):
            self.fault = Fault.NOT_MIGRATED
            await asyncio.sleep(RETRY_SECONDS)


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Until the event, or for so long."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


@asynccontextmanager
async def listening(database_url: str) -> AsyncIterator[Changes]:
    changes = Changes()
    task = asyncio.create_task(changes.listen(database_url))
    try:
        yield changes
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
