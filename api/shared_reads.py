"""Reads that cannot change within a moment, shared: the same anonymous question is asked of the
database once a second at most, and again as soon as a write names a table it read."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from api.replies import Reply
from domain.notifications import Changes
from schema.execution.answers import Answer

MOMENT_SECONDS = 1.0
MAX_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply, as long as `mark` is still the mark of its tables and the moment is not over."""

    reply: Reply
    tables: tuple[str, ...]
    mark: Hashable
    ends_at: float


@dataclass(frozen=True, slots=True)
class Flight:
    """A statement under way, for all who asked the same since it started."""

    mark: Hashable
    answer: asyncio.Future[Answer]


class SharedReads:
    """Replies of anonymous queries. Bounded in bytes; the longest unused goes first."""

    def __init__(self, changes: Changes, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._changes = changes
        self._clock = clock
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._flights: dict[Hashable, Flight] = {}
        self._bytes = 0

    def find(self, key: Hashable) -> Reply | None:
        """The kept reply to exactly this request, if it still holds."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.ends_at <= self._clock() or kept.mark != self._changes.mark(kept.tables):
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept.reply

    def mark(self, tables: tuple[str, ...]) -> Hashable:
        return self._changes.mark(tables)

    def forget(self) -> None:
        """Nothing kept so far is found again."""
        self._changes.forget()

    async def once(
        self, question: Hashable, mark: Hashable, ask: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Equal questions at once are asked once, unless something was written in between."""
        flight = self._flights.get(question)
        if flight is not None and flight.mark == mark and self._changes.is_listening:
            return await asyncio.shield(flight.answer)
        answer = asyncio.ensure_future(ask())
        flight = self._flights[question] = Flight(mark, answer)
        try:
            return await asyncio.shield(answer)
        finally:
            if self._flights.get(question) is flight:
                del self._flights[question]

    def keep(self, key: Hashable, reply: Reply, tables: tuple[str, ...], mark: Hashable) -> None:
        """`mark` was taken before the database was asked."""
        if not self._changes.is_listening or len(reply.body) > MAX_BYTES // 8:
            return
        self._drop(key)
        self._kept[key] = Kept(reply, tables, mark, self._clock() + MOMENT_SECONDS)
        self._bytes += len(reply.body)
        while self._bytes > MAX_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.reply.body)
