"""What becomes of an account, or of its posts, when an answer brought nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.pulling.actions.archive import GivenAnswer, keep
from domain.pulling.due import DuePost
from domain.pulling.rules import (
    BLAMELESS,
    DAY_SECONDS,
    DEFERRALS,
    DEFERRED_SECONDS,
    FRESH_SECONDS,
    UNTIL_A_PERSON_ACTS,
    FailureKind,
    pause_seconds,
)
from domain.pulling.schedule import Asked, Manner, next_at

FAILED = """
INSERT INTO account_pull AS known (
    account_id, failures, last_failure_at, last_failure, last_failure_kind, retired_revision,
    budget_scope
)
VALUES ($1, $2, $3, $4, $5, $6, '')
ON CONFLICT (account_id) DO UPDATE
SET failures = known.failures + excluded.failures,
    last_failure_at = excluded.last_failure_at, last_failure = excluded.last_failure,
    last_failure_kind = excluded.last_failure_kind,
    retired_revision = excluded.retired_revision
RETURNING failures
"""
PAUSE = "UPDATE account_pull SET paused_until = $2 WHERE account_id = $1"
DEFER = """
UPDATE post_pull SET next_at = asked.next_at, deferrals = asked.deferrals
FROM unnest($1::bigint[], $2::timestamptz[], $3::int[]) AS asked (id, next_at, deferrals)
WHERE post_pull.post_id = asked.id
"""
POSTPONE = """
UPDATE post_pull SET next_at = asked.next_at
FROM unnest($1::bigint[], $2::timestamptz[]) AS asked (id, next_at)
WHERE post_pull.post_id = asked.id
"""
POSTPONE_BACKLOG = """
UPDATE post_pull SET next_at = $2
FROM post
WHERE post.id = post_pull.post_id AND post_pull.account_id = $1
    AND post_pull.next_at <= $3 AND post.posted_at < $4
"""
LONGEST_REASON = 300


async def fail(
    account_id: int,
    kind: FailureKind,
    reason: str,
    *,
    now: datetime,
    chance: float,
    until: datetime | None = None,
    answer: GivenAnswer | None = None,
    revision: int | None = None,
) -> datetime:
    """Notes the failure and returns until when the account rests.

    until: the moment the platform or its allowance named; never more than a day is believed.
    revision: of the adapter whose endpoint is retired. What is no failure of the account does not
    bring the breaker nearer.
    """
    counts = 0 if kind in BLAMELESS else 1
    async with transaction() as client:
        failures = await _note(client, account_id, kind, reason, now, counts, revision)
        if answer is not None:
            await keep(client, answer)
        paused_until = _pause(kind, failures, now, chance, until)
        await client.execute_query(PAUSE, [account_id, paused_until])
    return paused_until


async def defer(
    account_id: int,
    posts: Sequence[DuePost],
    reason: str,
    manner: Manner,
    *,
    now: datetime,
    answer: GivenAnswer | None = None,
) -> bool:
    """The platform is not ready to tell of these posts: they are asked about again in half an
    hour, three times; then when they would be anyway. The account's other posts go on.

    Returns whether a post was deferred in vain as often as it may be: a person should know.
    """
    in_vain = any(post.deferrals >= DEFERRALS for post in posts)
    rows = []
    for post in posts:
        deferrals = post.deferrals + 1
        seen = post.seen_at is not None
        asked = Asked(post.posted_at, max(post.missed, 1), seen, post.quiet, deferrals)
        at = next_at(asked, manner, now) or now + timedelta(seconds=DAY_SECONDS)
        rows.append((post.id, at, deferrals if deferrals <= DEFERRALS else 0))
    async with transaction() as client:
        if in_vain:
            reason = f"{reason}; so it said {DEFERRALS + 1} times in a row"
        await _note(client, account_id, FailureKind.NOT_READY, reason, now, 0, None)
        if answer is not None:
            await keep(client, answer)
        await client.execute_query(DEFER, [list(column) for column in zip(*rows, strict=True)])
    return in_vain


async def postpone(next_at: dict[int, datetime]) -> None:
    """Posts, by number, that are not to be asked about before these moments."""
    async with transaction() as client:
        await client.execute_query(POSTPONE, [list(next_at), list(next_at.values())])


async def postpone_backlog(account_id: int, until: datetime, *, now: datetime) -> None:
    """The account's older posts wait for the next allowance; its fresh ones do not."""
    fresh_since = now - timedelta(seconds=FRESH_SECONDS)
    async with transaction() as client:
        await client.execute_query(POSTPONE_BACKLOG, [account_id, until, now, fresh_since])


async def _note(
    client: BaseDBAsyncClient,
    account_id: int,
    kind: FailureKind,
    reason: str,
    now: datetime,
    counts: int,
    revision: int | None,
) -> int:
    values = [account_id, counts, now, reason[:LONGEST_REASON], kind.value, revision]
    rows = await client.execute_query_dict(FAILED, values)
    return int(rows[0]["failures"])


def _pause(
    kind: FailureKind, failures: int, now: datetime, chance: float, until: datetime | None
) -> datetime:
    if kind in (FailureKind.EXPIRED, FailureKind.RETIRED):
        return UNTIL_A_PERSON_ACTS
    believed = min(until or now, now + timedelta(seconds=DAY_SECONDS))
    if kind is FailureKind.THROTTLED:
        return believed
    if kind is FailureKind.NOT_READY:
        return now + timedelta(seconds=DEFERRED_SECONDS)
    pause = timedelta(seconds=pause_seconds(kind, failures, chance))
    return max(believed, now + pause)
