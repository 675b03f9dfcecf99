"""What became of a pull: the answer and its counters, or the failure; each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act, require_administrator
from domain.audit import actions as audit
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, mark_posts, record
from domain.engagement.rules import Finality, Source
from domain.partners.rules import Platform
from domain.pulling.due import DuePost
from domain.pulling.rules import (
    BLAMELESS,
    DAY_SECONDS,
    DEFERRED_SECONDS,
    UNTIL_A_PERSON_ACTS,
    CounterValue,
    FailureKind,
    pause_seconds,
    pull_interval_seconds,
    unseen_factor,
)

KEEP_BODY = """
INSERT INTO raw_body AS kept (sha256, body, received_at) VALUES ($1, $2, $3)
ON CONFLICT (sha256) DO UPDATE
SET body = excluded.body, received_at = greatest(kept.received_at, excluded.received_at)
"""
KEEP_ANSWER = """
INSERT INTO raw_answer (account_id, platform, request, status, body_id, received_at)
SELECT $1, $2, $3, $4, id, $6 FROM raw_body WHERE sha256 = $5
RETURNING id
"""
SUCCEEDED = """
INSERT INTO account_pull (account_id, failures, last_success_at, last_failure)
VALUES ($1, 0, $2, '')
ON CONFLICT (account_id) DO UPDATE
SET failures = 0, paused_until = NULL, last_success_at = excluded.last_success_at
"""
FAILED = """
INSERT INTO account_pull AS known (account_id, failures, last_failure_at, last_failure)
VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id) DO UPDATE
SET failures = known.failures + excluded.failures,
    last_failure_at = excluded.last_failure_at, last_failure = excluded.last_failure
RETURNING failures
"""
PAUSE = "UPDATE account_pull SET paused_until = $2 WHERE account_id = $1"
RESUME = "UPDATE account_pull SET paused_until = NULL, failures = 0 WHERE account_id = $1"
RESCHEDULE = """
UPDATE post_pull
SET next_at = asked.next_at, missed = asked.missed,
    last_at = CASE WHEN asked.missed = 0 THEN $4 ELSE last_at END
FROM unnest($1::bigint[], $2::timestamptz[], $3::int[]) AS asked (id, next_at, missed)
WHERE post_pull.post_id = asked.id
"""
RENEW = "UPDATE account SET credential = $3 WHERE id = $1 AND credential = $2 RETURNING id"
GONE = "UPDATE post SET state = 'GONE' WHERE id = $1 AND state = 'LIVE' RETURNING id"
STOP = "DELETE FROM post_pull WHERE post_id = $1"
STILL_THERE = "UPDATE post_pull SET missed = 0 WHERE post_id = $1"

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer to keep for audit. `request` shows no credential."""

    account_id: int
    platform: Platform
    request: str
    status: int
    body: bytes
    received_at: datetime


async def complete(
    answer: GivenAnswer,
    asked: Sequence[DuePost],
    values: Iterable[CounterValue],
    *,
    shortest_seconds: float,
    is_provisional: bool = False,
) -> int:
    """Keeps the answer, its counters, and when each post is asked about next.

    A counter that names no moment holds as of the answer's. Values of posts that were not asked
    about are ignored. is_provisional: the platform is still counting. Returns how many
    observations are new.
    """
    ids = {post.external_id: post.id for post in asked}
    known = [value for value in values if value.external_id in ids]
    if is_provisional:
        known = [replace(value, finality=Finality.PROVISIONAL) for value in known]
    async with transaction() as client:
        await client.execute_query(SUCCEEDED, [answer.account_id, answer.received_at])
        raw_answer_id = await _keep(client, answer)
        observations = [
            _observation(ids[value.external_id], value, answer.received_at, raw_answer_id)
            for value in known
        ]
        new = await record(client, observations, now=answer.received_at)
        shown = {value.external_id for value in known}
        await _reschedule(client, asked, shown, answer.received_at, shortest_seconds)
    return sum(new)


async def fail(
    account_id: int,
    kind: FailureKind,
    reason: str,
    *,
    now: datetime,
    chance: float,
    until: datetime | None = None,
    answer: GivenAnswer | None = None,
) -> datetime:
    """Notes the failure and returns until when the account rests.

    until: the moment the platform or its allowance named; never more than a day is believed.
    What is no failure of the account does not bring the breaker nearer.
    """
    counts = 0 if kind in BLAMELESS else 1
    async with transaction() as client:
        values = [account_id, counts, now, reason[:LONGEST_REASON]]
        rows = await client.execute_query_dict(FAILED, values)
        if answer is not None:
            await _keep(client, answer)
        paused_until = _pause(kind, rows[0]["failures"], now, chance, until)
        await client.execute_query(PAUSE, [account_id, paused_until])
    return paused_until


async def mark_gone(act: Act, post_id: int, answer: GivenAnswer) -> bool:
    """The platform says it has the post no more: it keeps its last counts and is asked no more.

    answer: where the platform says so. False: it was marked before.
    """
    require_administrator(act.viewer)
    async with transaction() as client:
        await _keep(client, answer)
        changed = await client.execute_query_dict(GONE, [post_id])
        await client.execute_query(STOP, [post_id])
        if changed:
            await mark_posts(client, [post_id])
            states = {"state": "LIVE"}, {"state": "GONE"}
            await audit.record(client, act, "post.mark_gone", f"Post:{post_id}", *states)
    return bool(changed)


async def mark_present(post_id: int) -> None:
    """The platform still has the post, though its batches leave it out."""
    async with transaction() as client:
        await client.execute_query(STILL_THERE, [post_id])


async def keep_renewed(act: Act, account_id: int, known: bytes, fresh: bytes) -> bool:
    """Replaces the sealed credential that was known; False when another stands there by now."""
    require_administrator(act.viewer)
    async with transaction() as client:
        changed = await client.execute_query_dict(RENEW, [account_id, known, fresh])
        if changed:
            await audit.record(client, act, "account.renew_credential", f"Account:{account_id}")
    return bool(changed)


async def resume(act: Act, account_id: int) -> None:
    """Ends an account's pause: its credentials were renewed, or a person knows better."""
    require_administrator(act.viewer)
    async with transaction() as client:
        await client.execute_query(RESUME, [account_id])
        await audit.record(client, act, "account.resume", f"Account:{account_id}")


async def _keep(client: BaseDBAsyncClient, answer: GivenAnswer) -> int:
    digest = sha256(answer.body).digest()
    await client.execute_query(KEEP_BODY, [digest, answer.body, answer.received_at])
    rows = await client.execute_query_dict(
        KEEP_ANSWER,
        [
            answer.account_id,
            answer.platform.value,
            answer.request,
            answer.status,
            digest,
            answer.received_at,
        ],
    )
    kept: int = rows[0]["id"]
    return kept


def _observation(
    post_id: int, value: CounterValue, received_at: datetime, raw_answer_id: int
) -> NewObservation:
    return NewObservation(
        post_id=post_id,
        metric=value.metric,
        value=value.value,
        observed_at=value.observed_at or received_at,
        definition=value.definition,
        source=Source.PULL,
        value_kind=value.value_kind,
        period_starts_at=value.period_starts_at,
        period_ends_at=value.period_ends_at,
        bound=value.bound,
        finality=value.finality,
        raw_answer_id=raw_answer_id,
    )


async def _reschedule(
    client: BaseDBAsyncClient,
    asked: Sequence[DuePost],
    shown: set[str],
    now: datetime,
    shortest_seconds: float,
) -> None:
    missed = [0 if post.external_id in shown else post.missed + 1 for post in asked]
    next_at = [
        _next_at(post, times, now, shortest_seconds)
        for post, times in zip(asked, missed, strict=True)
    ]
    await client.execute_query(RESCHEDULE, [[post.id for post in asked], next_at, missed, now])


def _next_at(post: DuePost, missed: int, now: datetime, shortest_seconds: float) -> datetime:
    interval = pull_interval_seconds((now - post.posted_at).total_seconds(), shortest_seconds)
    if missed and post.seen_at is None:
        interval *= unseen_factor(missed)
    return now + timedelta(seconds=interval)


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
