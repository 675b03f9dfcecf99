"""Answers and their counters, kept in one transaction; and when each post is asked about next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.arrays import array
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Finality, Source
from domain.pulling.actions.archive import GivenAnswer, keep_all
from domain.pulling.due import DuePost
from domain.pulling.rules import DEFERRALS, BudgetRule, CounterValue, window_of
from domain.pulling.schedule import Asked, Manner, next_at, quiet_after, sum_of

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
    last_at = CASE WHEN asked.missed = 0 THEN asked.answered_at ELSE last_at END
FROM unnest(
    $1::text::bigint[], $2::text::timestamptz[], $3::text::int[], $4::text::int[],
    $5::text::int[], $6::text::bigint[], $7::text::timestamptz[]
) AS asked (id, next_at, missed, deferrals, quiet, last_sum, answered_at)
WHERE post_pull.post_id = asked.id AND post_pull.post_id = ANY($1::text::bigint[])
"""
"""The second condition says what follows from the first: without it a hundred posts are looked for
by reading the whole table."""

STOP = "DELETE FROM post_pull WHERE post_id = ANY($1::bigint[])"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, the posts it was asked about, and its counters. Of posts that were not asked
    about they are ignored.

    is_provisional: the platform is still counting, and is asked again soon.
    """

    answer: GivenAnswer
    asked: Sequence[DuePost]
    values: Sequence[CounterValue]
    is_provisional: bool = False

    def by_post(self) -> dict[int, list[CounterValue]]:
        """By the post's number; posts of which nothing is told are not in it."""
        numbers = {post.external_id: post.id for post in self.asked}
        known: dict[int, list[CounterValue]] = {}
        for value in self.values:
            number = numbers.get(value.external_id)
            if number is not None:
                known.setdefault(number, []).append(value)
        return known


async def complete(told: Sequence[Told], manner: Manner, budget: BudgetRule) -> int:
    """Keeps one account's answers, their counters, and when each post is asked about next: all of
    it or nothing.

    told: in the order received, no post twice. A counter that names no moment holds as of its
    answer's. Returns how many observations are new.
    """
    counters = [each.by_post() for each in told]
    last = told[-1].answer
    async with transaction() as client:
        window = window_of(budget, last.received_at)
        allowance = [budget.scope, budget.units - budget.reserve, *window]
        await client.execute_query(SUCCEEDED, [last.account_id, last.received_at, *allowance])
        numbers = await keep_all(client, [each.answer for each in told])
        said = [
            _observation(post_id, value, each, number)
            for each, known, number in zip(told, counters, numbers, strict=True)
            for post_id, values in known.items()
            for value in values
        ]
        new = await record(client, said, now=last.received_at)
        await _reschedule(client, told, counters, manner)
    return sum(new)


def _observation(
    post_id: int, value: CounterValue, told: Told, raw_answer_id: int
) -> NewObservation:
    return NewObservation(
        post_id,
        value.metric,
        value.value,
        value.observed_at or told.answer.received_at,
        value.definition,
        Source.PULL,
        value.value_kind,
        value.period_starts_at,
        value.period_ends_at,
        value.bound,
        Finality.PROVISIONAL if told.is_provisional else value.finality,
        raw_answer_id,
    )


async def _reschedule(
    client: BaseDBAsyncClient,
    told: Sequence[Told],
    counters: Sequence[dict[int, list[CounterValue]]],
    manner: Manner,
) -> None:
    over: list[int] = []
    rows: list[tuple[Any, ...]] = []
    for each, known in zip(told, counters, strict=True):
        for post, asked, sum_ in _asked_of(each, known):
            at = next_at(asked, manner, each.answer.received_at)
            if at is None:
                over.append(post.id)
                continue
            deferrals = asked.deferrals if asked.deferrals <= DEFERRALS else 0
            answered_at = each.answer.received_at
            rows.append((post.id, at, asked.missed, deferrals, asked.quiet, sum_, answered_at))
    if over:
        await client.execute_query(STOP, [over])
    if rows:
        columns = [array(column) for column in zip(*rows, strict=True)]
        await client.execute_query(RESCHEDULE, columns)


def _asked_of(
    told: Told, known: dict[int, list[CounterValue]]
) -> Iterator[tuple[DuePost, Asked, int | None]]:
    """Each post, what is known of it now, and its counters' sum, None when it was left out."""
    for post in told.asked:
        sum_ = sum_of(known[post.id]) if post.id in known else None
        asked = Asked(
            posted_at=post.posted_at,
            missed=0 if sum_ is not None else post.missed + 1,
            seen=post.seen_at is not None or sum_ is not None,
            quiet=post.quiet if sum_ is None else quiet_after(post.quiet, post.last_sum, sum_),
            deferrals=post.deferrals + 1 if told.is_provisional else 0,
        )
        yield post, asked, sum_
