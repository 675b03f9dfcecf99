"""One account's pull: claim what is due, ask, record; newest posts first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from domain.access import SYSTEM, Act
from domain.database import transaction
from domain.partners.models import Account
from domain.pulling.actions import complete, fail, mark_gone, mark_present
from domain.pulling.due import DuePost, due_posts, may_ask
from domain.pulling.rules import BLAMELESS, FailureKind, paced_seconds, should_probe
from workers.conversation import Conversation, NoReading
from workers.platforms.failures import (
    Expired,
    NotReady,
    PullFailure,
    Refused,
    Retired,
    Retryable,
    Throttled,
)
from workers.platforms.protocol import Adapter, AskedPost
from workers.tools import Tools

SLICE_SECONDS = 30.0
"""After this long a pull makes room for other accounts; what is still due comes back to it."""
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
    """Asks about all posts of the account that are due, batch by batch, each its own transaction.

    Killed at any moment it has recorded whole batches and no part of one; what it asked about and
    did not record is still due.
    """
    pulled = Pulled()
    row = await Account.get_or_none(id=account_id)
    adapter = tools.adapters.get(row.platform) if row else None
    if row is None or adapter is None:
        return pulled
    deadline = tools.clock() + timedelta(seconds=SLICE_SECONDS)
    try:
        conversation = Conversation(tools, adapter, row)
        while tools.clock() < deadline:
            due = await _due(tools, conversation, adapter)
            if isinstance(due, Ended):
                pulled.ended = due
                return pulled
            asked = _chosen(adapter, conversation, due, tools.clock())
            await _pull_batch(tools, adapter, conversation, asked, pulled)
            if len(asked) == len(due) < adapter.batch_size:
                pulled.ended = Ended.NOTHING_DUE
                return pulled
        pulled.ended = Ended.TIME_IS_UP
    except NoReading as error:
        pulled.ended = Ended.FAILED
        await _fail(tools, account_id, error)
    return pulled


async def _due(tools: Tools, conversation: Conversation, adapter: Adapter) -> list[DuePost] | Ended:
    account_id, now = conversation.account.id, tools.clock()
    async with transaction() as client:
        if not await may_ask(client, account_id, now):
            return Ended.PAUSED
        return await due_posts(client, account_id, now, adapter.batch_size) or Ended.NOTHING_DUE


def _asked(post: DuePost) -> AskedPost:
    return AskedPost(post.external_id, post.posted_at, post.url, post.seen_at)


def _chosen(
    adapter: Adapter, conversation: Conversation, due: list[DuePost], now: datetime
) -> list[DuePost]:
    """Those of the due posts that the next request is about."""
    by_id = {post.external_id: post for post in due}
    chosen = adapter.choose(conversation.account, [_asked(post) for post in due], now)
    return [by_id[post.external_id] for post in chosen]


async def _pull_batch(
    tools: Tools,
    adapter: Adapter,
    conversation: Conversation,
    posts: Sequence[DuePost],
    pulled: Pulled,
) -> None:
    reading, answer = await conversation.counters([_asked(post) for post in posts])
    budget = adapter.budget(conversation.account)
    pulled.observations += await complete(
        answer,
        posts,
        reading.values,
        shortest_seconds=paced_seconds(budget, tools.pull_interval_seconds),
        is_provisional=reading.is_provisional,
    )
    pulled.batches += 1
    if reading.unreadable:
        log.warning("counters_unreadable", account_id=answer.account_id, count=reading.unreadable)
    shown = {value.external_id for value in reading.values}
    missing = [
        post
        for post in posts
        if post.external_id not in shown and should_probe(post.missed + 1, post.seen_at is not None)
    ]
    for post in missing[:PROBES_PER_BATCH]:
        pulled.gone += await _probe(conversation, post)


async def _probe(conversation: Conversation, post: DuePost) -> bool:
    """Whether the post turned out to be gone."""
    told = await conversation.existence(_asked(post))
    if told is None:
        return False
    exists, answer = told
    if exists:
        await mark_present(post.id)
        return False
    gone = await mark_gone(Act(SYSTEM, answer.received_at), post.id, answer)
    log.info("post_gone", account_id=answer.account_id, post_id=post.id)
    return gone


async def _fail(tools: Tools, account_id: int, error: NoReading) -> None:
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
    )
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
