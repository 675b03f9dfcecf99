"""A subscription's events, and how many of them a process takes on, whatever carries them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from api.callers import Callers
from api.following import Hub, Watch
from api.replies import Headers
from api.shared_reads import SharedReads
from domain.access import Viewer
from domain.outages import OUTAGES
from domain.reader import Reader, TimedOut, Unavailable
from domain.secrets import SecretBox
from schema.execution.answers import NOTHING, Answer
from schema.execution.context import Context
from schema.execution.engine import Engine, Request, failure
from schema.execution.subscribing import Following

MOST_EACH = 20
"""Subscriptions on one connection."""


class TooMany(Exception):
    """As many connections follow something here as may."""


class CallerChanged(Exception):
    """Who followed is no longer who they were, or may do less than they did."""


class Events:
    """What both transports share. most: connections of this process."""

    def __init__(
        self,
        engine: Engine,
        box: SecretBox,
        reader: Reader,
        callers: Callers,
        hub: Hub,
        shared: SharedReads,
        *,
        most: int,
    ) -> None:
        self.engine = engine
        self.callers = callers
        self._box = box
        self._reader = reader
        self._hub = hub
        self._shared = shared
        self._most = most
        self.connections = 0

    @property
    def subscriptions(self) -> int:
        """How many are open now."""
        return self._hub.followers

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Raises TooMany."""
        if self.connections >= self._most:
            raise TooMany
        self.connections += 1
        try:
            yield
        finally:
            self.connections -= 1

    async def answer(self, request: Request, viewer: Viewer, request_id: str) -> Answer:
        """Of a query or mutation that came over a connection. Raises Refused.

        After a mutation, what others share of reads from before it is not found again.
        """
        prepared = self.engine.prepare(request, viewer)
        context = Context(viewer, datetime.now(UTC), request_id, self._box)
        try:
            return await self.engine.run(prepared, context, self._reader)
        finally:
            if prepared.plan is None:
                self._shared.forget()

    async def of(
        self, following: Following, headers: Headers, request_id: str
    ) -> AsyncGenerator[Answer, None]:
        """First everything as it is, then what changes, for ever; a failure ends it.

        Before each event it is asked anew who this is. Raises CallerChanged and Unauthorized.
        """
        by_subject = following.subjects
        with self._hub.watch(by_subject) as watch:
            try:
                await self._learn(watch)
                ids = list(following.ids)
                while True:
                    await self._check(following, headers)
                    answer = await following.read(self._reader, ids)
                    if answer is not None:
                        yield answer
                    changed = await watch.changed()
                    ids = [id_ for subject, id_ in by_subject.items() if subject in changed]
            except (Unavailable, TimedOut) as error:
                yield Answer(NOTHING, [failure(error, request_id)])

    async def _learn(self, watch: Watch) -> None:
        """Raises Unavailable."""
        try:
            await self._hub.learn(watch)
        except OUTAGES as outage:
            raise Unavailable from outage

    async def _check(self, following: Following, headers: Headers) -> None:
        try:
            viewer = await self.callers.viewer_of(headers)
        except OUTAGES as outage:
            raise Unavailable from outage
        if viewer != following.viewer:
            raise CallerChanged
