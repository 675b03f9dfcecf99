"""A subscription's events, and how many of them a process takes on, whatever carries them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Hashable, Iterator
from contextlib import contextmanager

from api.callers import Callers
from api.following import Hub, Watch
from api.meters import Meter
from api.metrics.operations import Operations
from api.replies import Headers
from api.shared_reads import SharedReads
from api.stopping import Stopping
from api.traced import named, operation
from domain.access import Kind, Viewer
from domain.deadlines import ending_at
from domain.outages import OUTAGES, TimedOut
from domain.reader import Reader, Unavailable
from domain.secrets import SecretBox
from domain.spans import Kind as SpanKind
from domain.spans import span
from schema.execution.answers import NOTHING, Answer
from schema.execution.context import Context
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Prepared, Request, failure
from schema.execution.subscribing import Following, Told

PATIENCE_SECONDS = 10.0
MOST_EACH = 20
"""Subscriptions on one connection."""


class TooMany(Exception):
    """As many connections follow something here as may."""


class CallerChanged(Exception):
    """Who followed is no longer who they were, or may not ask this any more."""


class Events:
    """What both transports share. most: connections of this process; each: of one address;
    caller_most: subscriptions of one user, token or partner in this process; seconds: the longest
    one query or mutation may take; patience_seconds: a client that does not take an event for so
    long is left."""

    def __init__(
        self,
        engine: Engine,
        box: SecretBox,
        reader: Reader,
        callers: Callers,
        hub: Hub,
        shared: SharedReads,
        stopping: Stopping,
        operations: Operations,
        *,
        most: int,
        each: int,
        caller_most: int,
        seconds: float,
        patience_seconds: float,
    ) -> None:
        self.engine = engine
        self.callers = callers
        self.stopping = stopping
        self._box = box
        self._reader = reader
        self._hub = hub
        self._shared = shared
        self._operations = operations
        self._most = most
        self._each = each
        self._caller_most = caller_most
        self._seconds = seconds
        self.patience_seconds = patience_seconds
        self._by_address: Counter[Hashable] = Counter()
        self._by_caller: Counter[Hashable] = Counter()
        self.connections = 0

    @property
    def subscriptions(self) -> int:
        """How many are open now."""
        return self._hub.followers

    @contextmanager
    def connection(self, meter: Meter) -> Iterator[None]:
        """From now on it is one that follows, and no longer a request under way. Raises TooMany."""
        if self.connections >= self._most:
            raise TooMany
        with _one_of(self._by_address, meter.address, self._each):
            meter.release()
            self.connections += 1
            try:
                yield
            finally:
                self.connections -= 1

    def prepare(self, request: Request, viewer: Viewer, meter: Meter) -> Following | None:
        """A subscription that came over a connection, and is paid for; None when it is none.
        Raises Refused and RateLimited."""
        started = time.thread_time()
        following = self.engine.follow(request, viewer)
        if following is not None:
            meter.charge(following.plan.cost, time.thread_time() - started)
        return following

    async def answer(
        self, request: Request, viewer: Viewer, request_id: str, meter: Meter
    ) -> Answer:
        """Of a query or mutation that came over a connection. Raises Refused and RateLimited.

        After a mutation, what others share of reads from before it is not found again.
        """
        begun_at, started = time.perf_counter(), time.thread_time()
        prepared = self.engine.prepare(request, viewer)
        meter.charge(prepared.cost, time.thread_time() - started)
        with span("operation", SpanKind.SERVER, operation(prepared), request_id):
            answer = await self._run(prepared, viewer, request_id)
        self._operations.count_answer(prepared, answer, time.perf_counter() - begun_at)
        return answer

    async def _run(self, prepared: Prepared, viewer: Viewer, request_id: str) -> Answer:
        context = Context(viewer, self.callers.now(), request_id, self._box)
        ends_at = asyncio.get_running_loop().time() + self._seconds
        if prepared.plan is None:
            try:
                with ending_at(ends_at):
                    return await self.engine.run(prepared, context, self._reader)
            finally:
                self._shared.forget()
        try:
            async with asyncio.timeout_at(ends_at):
                return await self.engine.run(prepared, context, self._reader)
        except TimeoutError:
            return Answer(NOTHING, [failure(TimedOut(), request_id)])

    async def of(
        self, following: Following, headers: Headers, request_id: str
    ) -> AsyncGenerator[Answer, None]:
        """First everything as it is, then what changes, for ever; a failure ends it.

        Before each event it is asked anew who this is, and it goes on with the roles they hold by
        then. Raises CallerChanged, Unauthorized and TooMany.
        """
        by_subject, viewer = following.subjects, following.viewer
        caller = (viewer.kind, viewer.number)
        is_anonymous = viewer.kind is Kind.ANONYMOUS
        most = self._most * MOST_EACH if is_anonymous else self._caller_most
        with (
            _one_of(self._by_caller, caller, most),
            self._hub.watch(by_subject) as watch,
        ):
            try:
                await self._learn(watch)
                ids, told = list(following.ids), Told()
                while True:
                    following = await self._checked(following, headers)
                    with span("event", SpanKind.INTERNAL, named(following), request_id):
                        answer = await following.read(self._reader, ids, told)
                    if answer is not None:
                        self._operations.count_event(following, answer)
                        yield answer
                    changed = await watch.changed()
                    ids = [id_ for subject, id_ in by_subject.items() if subject in changed]
            except (Unavailable, TimedOut) as error:
                answer = Answer(NOTHING, [failure(error, request_id)])
                self._operations.count_event(following, answer)
                yield answer

    async def _learn(self, watch: Watch) -> None:
        """Raises Unavailable."""
        try:
            await self._hub.learn(watch)
        except OUTAGES as outage:
            raise Unavailable from outage

    async def viewer_now(self, known: Viewer, headers: Headers) -> Viewer:
        """Who this is by now, with the roles they now hold. Raises CallerChanged when it is another
        than was known, Unauthorized and Unavailable."""
        try:
            viewer = await self.callers.viewer_of(headers)
        except OUTAGES as outage:
            raise Unavailable from outage
        if not viewer.is_same(known):
            raise CallerChanged
        return viewer

    async def _checked(self, following: Following, headers: Headers) -> Following:
        """The same with what the caller may see by now. Raises CallerChanged."""
        viewer = await self.viewer_now(following.viewer, headers)
        if viewer == following.viewer:
            return following
        try:
            return following.again(viewer)
        except Refused as refusal:
            raise CallerChanged from refusal


@contextmanager
def _one_of(counts: Counter[Hashable], key: Hashable, most: int) -> Iterator[None]:
    """Raises TooMany."""
    if counts[key] >= most:
        raise TooMany
    counts[key] += 1
    try:
        yield
    finally:
        counts[key] -= 1
        if not counts[key]:
            del counts[key]
