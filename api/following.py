"""What changed since it was last looked at, totals and who edits an article, for those who follow.

A write to it, by whichever process, is heard of through LISTEN; then all that is followed here is
looked at with a statement for each, and whoever follows what differs is told. Nothing is lost when
the connection was, since what was seen last is compared, not what was heard.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog

from domain.articles import editing
from domain.engagement.actions import fingerprints as totals
from domain.engagement.actions.fingerprints import Subject
from domain.notifications import Changes
from domain.outages import OUTAGES

TABLES = ("engagement_total", "article_editing")
EDITING = "EDITING"
"""The kind of an article as something that is edited; all other kinds have totals."""

PACE_SECONDS = 0.2
"""At least so long between two looks: changes within it come as one."""

RETRY_SECONDS = 1.0

log = structlog.get_logger()


class Watch:
    """One follower. What changes while it is busy waits for it, each subject once at most."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.subjects = frozenset(subjects)
        self._changed: set[Subject] = set()
        self._some = asyncio.Event()

    def tell(self, changed: set[Subject]) -> None:
        if mine := changed & self.subjects:
            self._changed |= mine
            self._some.set()

    async def changed(self) -> set[Subject]:
        """What changed since this was last asked; waits until there is something."""
        await self._some.wait()
        self._some.clear()
        changed, self._changed = self._changed, set()
        return changed


class Hub:
    """All followers of a process."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._watches: set[Watch] = set()
        self._followed: Counter[Subject] = Counter()
        self._seen: dict[Subject, int] = {}

    @property
    def followers(self) -> int:
        return len(self._watches)

    @contextmanager
    def watch(self, subjects: Iterable[Subject]) -> Iterator[Watch]:
        watch = Watch(subjects)
        self._watches.add(watch)
        self._followed.update(watch.subjects)
        try:
            yield watch
        finally:
            self._watches.discard(watch)
            self._followed.subtract(watch.subjects)
            for subject in watch.subjects:
                if self._followed[subject] <= 0:
                    del self._followed[subject]
                    self._seen.pop(subject, None)

    async def learn(self, watch: Watch) -> None:
        """Looks at what nobody followed before. A change after that is a change."""
        unseen = [subject for subject in watch.subjects if subject not in self._seen]
        found = await fingerprints(unseen)
        for subject in unseen:
            if subject in self._followed:
                self._seen.setdefault(subject, found.get(subject, 0))

    async def run(self) -> None:
        """For ever."""
        while True:
            mark = self._changes.mark(TABLES)
            try:
                await self.look()
            except OUTAGES as outage:
                log.warning("following paused", error=type(outage).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            await self._changes.differs(TABLES, mark)
            await asyncio.sleep(PACE_SECONDS)

    async def look(self) -> None:
        """Tells every follower what differs from what was seen last."""
        asked = list(self._seen)
        found = await fingerprints(asked)
        changed = set()
        for subject in asked:
            new = found.get(subject, 0)
            if subject in self._seen and self._seen[subject] != new:
                self._seen[subject] = new
                changed.add(subject)
        if changed:
            for watch in self._watches:
                watch.tell(changed)


async def fingerprints(subjects: Iterable[Subject]) -> dict[Subject, int]:
    """Of those that are there; another as soon as what is followed of them is."""
    asked = list(subjects)
    edited = await editing.fingerprints(id_ for kind, id_ in asked if kind == EDITING)
    counted = await totals.fingerprints([each for each in asked if each[0] != EDITING])
    return {**counted, **{(EDITING, id_): found for id_, found in edited.items()}}


@asynccontextmanager
async def following(changes: Changes) -> AsyncIterator[Hub]:
    hub = Hub(changes)
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
