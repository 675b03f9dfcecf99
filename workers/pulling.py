"""One account's pull: claim what is due, ask, record; newest posts first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import structlog

from domain.access import SYSTEM, Act
from domain.database import transaction
from domain.partners.models import Account
from domain.pulling.actions import GivenAnswer, complete, fail, mark_gone, mark_present
from domain.pulling.budgets import reserve
from domain.pulling.due import DuePost, due_posts, may_ask
from domain.pulling.rules import FailureKind, paced_seconds, should_probe
from workers.http import ask
from workers.platforms.protocol import (
    Adapter,
    Answer,
    Expired,
    PulledAccount,
    PullFailure,
    Reading,
    Refused,
    Request,
    Retryable,
    Throttled,
)
from workers.tools import Tools

SLICE_SECONDS = 30.0
"""After this long a pull makes room for other accounts; what is still due comes back to it."""
PROBES_PER_BATCH = 5
"""Single questions cost as much of the allowance as a whole batch does."""

T = TypeVar("T")
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


class NoReading(Exception):
    """A failure, and the answer it came with, if there was one."""

    def __init__(self, failure: PullFailure, answer: GivenAnswer | None = None) -> None:
        super().__init__(failure.reason)
        self.failure, self.answer = failure, answer


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
        account = _account(tools, row)
        while tools.clock() < deadline:
            posts = await _claim(tools, account, adapter)
            if isinstance(posts, Ended):
                pulled.ended = posts
                return pulled
            await _pull_batch(tools, adapter, account, posts, pulled)
            if len(posts) < adapter.batch_size:
                pulled.ended = Ended.NOTHING_DUE
                return pulled
        pulled.ended = Ended.TIME_IS_UP
    except NoReading as error:
        pulled.ended = Ended.FAILED
        await _fail(tools, account_id, error)
    return pulled


def _account(tools: Tools, row: Account) -> PulledAccount:
    try:
        token = tools.box.open(row.credential) if row.credential else ""
    except ValueError:
        failure = Expired("no secret key in use opens the account's credential")
        raise NoReading(failure) from None
    base_url = tools.platform_urls.get(row.platform.value) or row.base_url
    return PulledAccount(
        id=row.id,
        platform=row.platform,
        external_id=row.external_id,
        base_url=base_url.rstrip("/"),
        token=token,
        options=row.options,
    )


async def _claim(tools: Tools, account: PulledAccount, adapter: Adapter) -> list[DuePost] | Ended:
    now = tools.clock()
    async with transaction() as client:
        if not await may_ask(client, account.id, now):
            return Ended.PAUSED
        return await due_posts(client, account.id, now, adapter.batch_size) or Ended.NOTHING_DUE


async def _pull_batch(
    tools: Tools,
    adapter: Adapter,
    account: PulledAccount,
    posts: Sequence[DuePost],
    pulled: Pulled,
) -> None:
    ids = [post.external_id for post in posts]

    def read(answer: Answer) -> Reading:
        return adapter.read(account, ids, answer)

    reading, answer = await _ask(tools, adapter, account, lambda: adapter.build(account, ids), read)
    wished = tools.pull_interval_seconds
    pulled.observations += await complete(
        answer,
        posts,
        reading.values,
        shortest_seconds=paced_seconds(adapter.budget(account), wished),
    )
    pulled.batches += 1
    if reading.unreadable:
        log.warning("counters_unreadable", account_id=account.id, count=reading.unreadable)
    shown = {value.external_id for value in reading.values}
    missing = [
        post
        for post in posts
        if post.external_id not in shown and should_probe(post.missed + 1, post.seen)
    ]
    for post in missing[:PROBES_PER_BATCH]:
        pulled.gone += await _probe(tools, adapter, account, post)


async def _probe(tools: Tools, adapter: Adapter, account: PulledAccount, post: DuePost) -> bool:
    """Whether the post turned out to be gone."""
    external_id = post.external_id

    def read(answer: Answer) -> bool:
        return adapter.read_probe(account, external_id, answer)

    exists, answer = await _ask(
        tools, adapter, account, lambda: adapter.build_probe(account, external_id), read
    )
    if exists:
        await mark_present(post.id)
        return False
    gone = await mark_gone(Act(SYSTEM, answer.received_at), post.id, answer)
    log.info("post_gone", account_id=account.id, post_id=post.id)
    return gone


async def _ask(
    tools: Tools,
    adapter: Adapter,
    account: PulledAccount,
    build: Callable[[], Request],
    read: Callable[[Answer], T],
) -> tuple[T, GivenAnswer]:
    """The allowance first: a call that cannot be reserved is not made. Raises NoReading."""
    given: GivenAnswer | None = None
    try:
        request = build()
        opens_at = await reserve(adapter.budget(account), 1, tools.clock())
        if opens_at is not None:
            raise Throttled("the allowance of this platform is used up", opens_at)
        answer = await ask(tools.session, request, tools.clock)
        given = GivenAnswer(
            account.id,
            account.platform,
            request.shown(),
            answer.status,
            answer.body,
            answer.received_at,
        )
        return read(answer), given
    except PullFailure as failure:
        raise NoReading(failure, given) from failure


async def _fail(tools: Tools, account_id: int, error: NoReading) -> None:
    failure, now = error.failure, tools.clock()
    kind: FailureKind = FailureKind.RETRYABLE
    until: datetime | None = None
    match failure:
        case Throttled():
            kind, until = FailureKind.THROTTLED, failure.until
        case Retryable():
            if failure.after_seconds is not None:
                until = now + timedelta(seconds=failure.after_seconds)
        case Expired():
            kind = FailureKind.EXPIRED
        case Refused():
            kind = FailureKind.REFUSED
    paused_until = await fail(
        account_id,
        kind,
        failure.reason,
        now=now,
        chance=tools.chance(),
        until=until,
        answer=error.answer,
    )
    say = log.info if kind is FailureKind.THROTTLED else log.warning
    say(
        "pull_failed",
        account_id=account_id,
        kind=kind.value,
        reason=failure.reason,
        paused_until=paused_until.isoformat(),
    )
