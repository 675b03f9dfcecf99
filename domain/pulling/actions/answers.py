"""An answer and its counters, kept in one transaction; and when its posts are asked about next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Finality, Source
from domain.partners.rules import Platform
from domain.pulling.due import DuePost
from domain.pulling.rules import DEFERRALS, BudgetRule, CounterValue, window_of
from domain.pulling.schedule import Asked, Manner, next_at, quiet_after, sum_of

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
INSERT INTO account_pull AS known (
    account_id, failures, last_success_at, last_failure, last_failure_kind,
    budget_scope, budget_units, budget_starts_at, budget_ends_at
)
VALUES ($1, 0, $2, '', '', $3, $4, $5, $6)
ON CONFLICT (account_id) DO UPDATE
SET failures = 0, paused_until = NULL, last_success_at = excluded.last_success_at,
    budget_scope = excluded.budget_scope, budget_units = excluded.budget_units,
    budget_starts_at = excluded.budget_starts_at, budget_ends_at = excluded.budget_ends_at
"""
RESCHEDULE = """
UPDATE post_pull
SET next_at = asked.next_at, missed = asked.missed, deferrals = asked.deferrals,
    quiet = asked.quiet, last_sum = coalesce(asked.last_sum, post_pull.last_sum),
    last_at = CASE WHEN asked.missed = 0 THEN $7 ELSE last_at END
FROM unnest($1::bigint[], $2::timestamptz[], $3::int[], $4::int[], $5::int[], $6::bigint[])
    AS asked (id, next_at, missed, deferrals, quiet, last_sum)
WHERE post_pull.post_id = asked.id
"""
STOP = "DELETE FROM post_pull WHERE post_id = ANY($1::bigint[])"


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
    manner: Manner,
    budget: BudgetRule,
    *,
    is_provisional: bool = False,
) -> int:
    """Keeps the answer, its counters, and when each post is asked about next.

    A counter that names no moment holds as of the answer's. Values of posts that were not asked
    about are ignored. is_provisional: the platform is still counting, and is asked again soon.
    Returns how many observations are new.
    """
    ids = {post.external_id: post.id for post in asked}
    known: dict[int, list[CounterValue]] = {}
    for value in values:
        if value.external_id in ids:
            kept = replace(value, finality=Finality.PROVISIONAL) if is_provisional else value
            known.setdefault(ids[value.external_id], []).append(kept)
    now = answer.received_at
    async with transaction() as client:
        window = window_of(budget, now)
        allowance = [budget.scope, budget.units - budget.reserve, *window]
        await client.execute_query(SUCCEEDED, [answer.account_id, now, *allowance])
        raw_answer_id = await keep(client, answer)
        observations = [
            _observation(post_id, value, now, raw_answer_id)
            for post_id, each in known.items()
            for value in each
        ]
        new = await record(client, observations, now=now)
        await _reschedule(client, asked, known, manner, now, is_provisional)
    return sum(new)


async def keep(client: BaseDBAsyncClient, answer: GivenAnswer) -> int:
    """Archives an answer, its body once however often it was given; returns its number."""
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
    posts: Sequence[DuePost],
    values: dict[int, list[CounterValue]],
    manner: Manner,
    now: datetime,
    is_provisional: bool,
) -> None:
    over, rows = [], []
    for post in posts:
        sum_ = sum_of(values[post.id]) if post.id in values else None
        asked = _asked(post, sum_, is_provisional)
        at = next_at(asked, manner, now)
        if at is None:
            over.append(post.id)
            continue
        deferrals = asked.deferrals if asked.deferrals <= DEFERRALS else 0
        rows.append((post.id, at, asked.missed, deferrals, asked.quiet, sum_))
    if over:
        await client.execute_query(STOP, [over])
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await client.execute_query(RESCHEDULE, [*columns, now])


def _asked(post: DuePost, sum_: int | None, is_provisional: bool) -> Asked:
    """sum_: of the counters the answer gave; None when it left the post out."""
    return Asked(
        posted_at=post.posted_at,
        missed=0 if sum_ is not None else post.missed + 1,
        seen=post.seen_at is not None or sum_ is not None,
        quiet=post.quiet if sum_ is None else quiet_after(post.quiet, post.last_sum, sum_),
        deferrals=post.deferrals + 1 if is_provisional else 0,
    )
