"""Reads that cannot change within a moment, shared: the same question of the same viewer is asked
of the database once a second at most, and again as soon as a write names a table it read."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass

from api.disconnects import Waiting
from api.replies import Reply
from domain.notifications import Changes

MOMENT_SECONDS = 1.0
MAX_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply, as long as `mark` is still the mark of its tables and the moment is not over."""

    reply: Reply
    tables: tuple[str, ...]
    mark: Hashable
    ends_at: float


class Flight:
    """A statement under way, for all who asked the same since it started. The first of them carries
    it; it goes on while somebody still waits."""

    __slots__ = ("_carrier", "_landed", "_waiters", "mark")

    def __init__(self, mark: Hashable, carrier: Waiting) -> None:
        self.mark = mark
        self._carrier = carrier
        self._landed: asyncio.Future[Reply] | None = None
        self._waiters = 1
        carrier.company = self

    @property
    def is_joinable(self) -> bool:
        return self._waiters > 0

    async def join(self, waiting: Waiting) -> Reply:
        waiting.company = self
        self._waiters += 1
        if self._landed is None:
            self._landed = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._landed)

    def leave(self, waiting: Waiting) -> bool:
        self._waiters -= 1
        if waiting is self._carrier:
            return self._waiters == 0
        if self._waiters == 0:
            self._carrier.task.cancel()
        return True

    def land(self, reply: Reply) -> None:
        if self._landed is not None:
            self._landed.set_result(reply)

    def fail(self, error: BaseException) -> None:
        if self._landed is None:
            return
        if isinstance(error, asyncio.CancelledError):
            self._landed.cancel()
        else:
            self._landed.set_exception(error)


class SharedReads:
    """Replies to queries. Whoever asks is part of the question and of the key, so that no viewer is
    ever answered with what another one sees. Bounded in bytes of plain bodies; the longest unused
    goes first.

    found, joined, asked: how often a reply was there, was under way, and was asked for.
    """

    def __init__(self, changes: Changes, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._changes = changes
        self._clock = clock
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._flights: dict[Hashable, Flight] = {}
        self.bytes_kept = 0
        self.found = 0
        self.joined = 0
        self.asked = 0

    def find(self, key: Hashable) -> Reply | None:
        """The kept reply to exactly this request, if it still holds."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.ends_at <= self._clock() or kept.mark != self._changes.mark(kept.tables):
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        self.found += 1
        return kept.reply

    def may_share(self, tables: Iterable[str]) -> bool:
        """Whether a write to any of them would be heard of."""
        return self._changes.telling.issuperset(tables)

    def mark(self, tables: tuple[str, ...]) -> Hashable:
        return self._changes.mark(tables)

    def forget(self) -> None:
        """Nothing kept so far is found again."""
        self._changes.forget()

    async def once(
        self,
        question: Hashable,
        mark: Hashable,
        waiting: Waiting,
        ask: Callable[[], Awaitable[Reply]],
    ) -> Reply:
        """Equal questions at once are asked once, unless something was written in between."""
        flight = self._flights.get(question)
        if flight and flight.is_joinable and flight.mark == mark and self._changes.is_listening:
            self.joined += 1
            return await flight.join(waiting)
        self.asked += 1
        flight = self._flights[question] = Flight(mark, waiting)
        try:
            reply = await ask()
        except BaseException as error:
            flight.fail(error)
            raise
        finally:
            if self._flights.get(question) is flight:
                del self._flights[question]
        flight.land(reply)
        return reply

    def keep(self, key: Hashable, reply: Reply, tables: tuple[str, ...], mark: Hashable) -> None:
        """`mark` was taken before the database was asked."""
        if not self._changes.is_listening or len(reply.body) > MAX_BYTES // 8:
            return
        self._drop(key)
        self._kept[key] = Kept(reply, tables, mark, self._clock() + MOMENT_SECONDS)
        self.bytes_kept += len(reply.body)
        while self.bytes_kept > MAX_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self.bytes_kept -= len(kept.reply.body)
