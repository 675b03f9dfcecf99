"""One account's pull: claim what is due, ask, record; newest posts first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

import structlog

from domain.access import SYSTEM, Act
from domain.database import transaction
from domain.partners.models import Account
from domain.pulling.actions.answers import Told, complete
from domain.pulling.actions.failures import defer, fail, postpone, postpone_backlog
from domain.pulling.actions.posts import mark_gone, mark_present
from domain.pulling.due import DuePost, due_posts, may_ask
from domain.pulling.rules import BLAMELESS, FailureKind
from domain.pulling.schedule import Manner, first_news_at, paced_seconds, should_probe
from workers.conversation import BacklogWaits, Conversation, NoReading
from workers.metrics import PULL_FAILURES
from workers.platforms.failures import (
    Expired,
    NotReady,
    PullFailure,
    Refused,
    Retired,
    Retryable,
    Throttled,
)
from workers.platforms.protocol import Adapter, Reading
from workers.recorder import Recorder
from workers.tools import Tools
from workers.waiting import Waiting, asked

SLICE_SECONDS = 30.0
"""After this long a pull makes room for other accounts; what is still due comes back to it."""
BATCHES_AT_ONCE = 50
"""How many batches are claimed together; what becomes due meanwhile waits for so many requests."""
PROBES_PER_BATCH = 5
"""Single questions cost as much of the allowance as a whole batch does."""

KINDS: dict[type[PullFailure], FailureKind] = {
    Retryable: FailureKind.RETRYABLE,
    Throttled: FailureKind.THROTTLED,
    NotReady: FailureKind.NOT_READY,
    Expired: FailureKind.EXPIRED,
    Refused: FailureKind.REFUSED,
    Retired: FailureKind.RETIRED,
}

log = structlog.get_logger()


class Ended(StrEnum):
    """Why a pull stopped asking."""

    NOTHING_DUE = "NOTHING_DUE"
    PAUSED = "PAUSED"
    TIME_IS_UP = "TIME_IS_UP"
    FAILED = "FAILED"
    NOT_PULLED = "NOT_PULLED"


@dataclass(slots=True)
class Pulled:
    """What a pull brought. batches: answers that were recorded."""

    ended: Ended = Ended.NOT_PULLED
    batches: int = 0
    observations: int = 0
    gone: int = 0


async def pull(tools: Tools, account_id: int) -> Pulled:
    """Asks about all posts of the account that are due, batch by batch.

    Killed at any moment it has recorded whole answers and no part of one; what it asked about and
    did not record is still due.
    """
    pulled = Pulled()
    row = await Account.get_or_none(id=account_id)
    adapter = tools.adapters.get(row.platform) if row else None
    if row is None or adapter is None:
        return pulled
    try:
        await _Pull(tools, adapter, Conversation(tools, adapter, row), pulled).run()
    except NoReading as error:
        pulled.ended = Ended.FAILED
        await _fail(tools, adapter, account_id, error)
    return pulled


class _Pull:
    """One request at a time; what was read is recorded while the next is on its way."""

    def __init__(
        self, tools: Tools, adapter: Adapter, conversation: Conversation, pulled: Pulled
    ) -> None:
        self._tools, self._adapter = tools, adapter
        self._conversation, self._pulled = conversation, pulled
        self._budget = adapter.budget(conversation.account)
        shortest = paced_seconds(self._budget, tools.pull_interval_seconds)
        self._manner = Manner(adapter.rhythm(conversation.account), shortest)
        self._recorder = Recorder(self._record)
        self._ends_at = tools.ticks() + SLICE_SECONDS

    async def run(self) -> None:
        try:
            self._pulled.ended = await self._until_the_end()
        finally:
            await self._conversation.end()

    async def _until_the_end(self) -> Ended:
        limit = self._adapter.batch_size * BATCHES_AT_ONCE
        while self._tools.ticks() < self._ends_at:
            due = await self._claim(limit)
            if isinstance(due, Ended):
                return due
            try:
                await self._ask_all(Waiting(await self._counted(due)))
            finally:
                await self._recorder.finish()
            if len(due) < limit and self._tools.ticks() < self._ends_at:
                return Ended.NOTHING_DUE
        return Ended.TIME_IS_UP

    async def _claim(self, limit: int) -> list[DuePost] | Ended:
        account_id, now = self._conversation.account.id, self._tools.clock()
        async with transaction() as client:
            if not await may_ask(client, account_id, now):
                return Ended.PAUSED
            return await due_posts(client, account_id, now, limit) or Ended.NOTHING_DUE

    async def _counted(self, due: list[DuePost]) -> list[DuePost]:
        """Those the platform has begun to count; the others wait until it does."""
        first = {post.id: first_news_at(self._manner.rhythm, post.posted_at) for post in due}
        now = self._tools.clock()
        early = {number: moment for number, moment in first.items() if moment > now}
        if early:
            await postpone(early)
        return [post for post in due if post.id not in early]

    async def _ask_all(self, waiting: Waiting) -> None:
        account = self._conversation.account
        while waiting and self._tools.ticks() < self._ends_at:
            now = self._tools.clock()
            expected = waiting.requests(self._adapter.batch_size, now)
            chosen = waiting.take(partial(self._adapter.choose, account, now=now))
            batch = waiting.known(chosen)
            try:
                reading, answer = await self._conversation.counters(chosen, expected)
            except BacklogWaits as waits:
                await postpone_backlog(account.id, waits.until, now=self._tools.clock())
                return
            except NoReading as error:
                if not isinstance(error.failure, NotReady):
                    raise
                await self._defer(batch, error)
                continue
            if reading.unreadable:
                log.warning("counters_unreadable", account_id=account.id, count=reading.unreadable)
            told = Told(answer, batch, reading.values, reading.is_provisional)
            await self._recorder.give(told)
            await self._probe_missing(batch, reading)

    async def _record(self, told: Sequence[Told]) -> None:
        new = await complete(told, self._manner, self._budget)
        self._pulled.observations += new
        self._pulled.batches += len(told)

    async def _defer(self, batch: list[DuePost], error: NoReading) -> None:
        account_id, reason = self._conversation.account.id, error.failure.reason
        now = self._tools.clock()
        in_vain = await defer(account_id, batch, reason, self._manner, now=now, answer=error.answer)
        say = log.error if in_vain else log.info
        say("pull_deferred", account_id=account_id, posts=len(batch), reason=reason)

    async def _probe_missing(self, batch: list[DuePost], reading: Reading) -> None:
        shown = {value.external_id for value in reading.values}
        missing = [
            post
            for post in batch
            if post.external_id not in shown
            and should_probe(post.missed + 1, post.seen_at is not None)
        ]
        if not missing or not self._adapter.can_probe:
            return
        await self._recorder.finish()
        for post in missing[:PROBES_PER_BATCH]:
            await self._probe(post)

    async def _probe(self, post: DuePost) -> None:
        exists, answer = await self._conversation.existence(asked(post))
        if exists:
            await mark_present(post.id)
        elif await mark_gone(Act(SYSTEM, answer.received_at), post.id, answer):
            self._pulled.gone += 1
            log.info("post_gone", account_id=answer.account_id, post_id=post.id)


async def _fail(tools: Tools, adapter: Adapter, account_id: int, error: NoReading) -> None:
    failure, now = error.failure, tools.clock()
    kind = next(kind for found, kind in KINDS.items() if isinstance(failure, found))
    paused_until = await fail(
        account_id,
        kind,
        failure.reason,
        now=now,
        chance=tools.chance(),
        until=_until(failure, now),
        answer=error.answer,
        revision=adapter.revision if kind is FailureKind.RETIRED else None,
    )
    PULL_FAILURES.labels(adapter.platform.value, kind.value).inc()
    say = log.info if kind in BLAMELESS else log.warning
    say(
        "pull_failed",
        account_id=account_id,
        kind=kind.value,
        reason=failure.reason,
        paused_until=paused_until.isoformat(),
    )


def _until(failure: PullFailure, now: datetime) -> datetime | None:
    """The moment the platform named, if it did."""
    if isinstance(failure, Throttled):
        return failure.until
    if isinstance(failure, Retryable) and failure.after_seconds is not None:
        return now + timedelta(seconds=failure.after_seconds)
    return None
