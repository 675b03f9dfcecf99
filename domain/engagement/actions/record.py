"""Observations into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.engagement.checks import NewObservation, check_observation
from domain.problems import NotFound

__all__ = ["NewObservation", "mark_posts", "record"]

KEY_TYPES = {
    "post_id": "bigint",
    "metric": "text",
    "observed_at": "timestamptz",
    "value": "bigint",
    "value_kind": "text",
    "source": "text",
    "bound": "text",
    "finality": "text",
    "definition": "text",
    "period_starts_at": "timestamptz",
    "period_ends_at": "timestamptz",
}
KEY = ", ".join(KEY_TYPES)

APPEND = f"""
WITH added AS (
    INSERT INTO observation ({KEY}, raw_answer_id, delivery_id, recorded_at)
    SELECT *, $14::timestamptz FROM unnest(
        {", ".join(f"${number}::{kind}[]" for number, kind in enumerate(KEY_TYPES.values(), 1))},
        $12::bigint[], $13::bigint[]
    )
    ON CONFLICT ({KEY}) DO NOTHING
    RETURNING {KEY}
), marked AS (
    INSERT INTO engagement_dirty (post_id, metric, since)
    SELECT post_id, metric, min(observed_at) FROM added GROUP BY post_id, metric
)
SELECT counted.number, added.*
FROM (SELECT count(*) AS number FROM added) AS counted
LEFT JOIN added ON counted.number < $15::bigint
"""
"""Appends, marks each (post, metric) from its earliest new observation on, and tells how many
were new; and which, where not all were."""

MARK_POSTS = """
INSERT INTO engagement_dirty (post_id, metric, since)
SELECT subject_id, metric, CASE WHEN NOT $2::boolean THEN as_of END FROM engagement_total
WHERE subject_kind = 'POST' AND subject_id = ANY($1::bigint[])
"""

Key = tuple[Any, ...]


async def record(
    client: BaseDBAsyncClient, observations: Sequence[NewObservation], *, now: datetime
) -> list[bool]:
    """Append what is not known yet and mark what must be derived anew, in the caller's transaction.

    True for a new observation, False for one already known, in the order given. Raises Invalid or
    NotFound with the path (index, field) of the first fault, before anything is written. Call it
    once in a transaction: two callers who take the same observations then never wait in a circle.
    """
    for index, given in enumerate(observations):
        check_observation(given, now=now, path=(str(index),))
    await _check_posts(client, observations)
    first: dict[Key, int] = {}
    for index, given in enumerate(observations):
        first.setdefault(_key(given), index)
    added = await _append(client, {key: observations[index] for key, index in first.items()}, now)
    new = set(first.values()) if added is None else {first[key] for key in added}
    return [index in new for index in range(len(observations))]


async def mark_posts(
    client: BaseDBAsyncClient, post_ids: Iterable[int], *, whole: bool = False
) -> None:
    """Have posts derived anew because their own state changed; whole: because their date did."""
    await client.execute_query_dict(MARK_POSTS, [list(post_ids), whole])


async def _check_posts(client: BaseDBAsyncClient, observations: Sequence[NewObservation]) -> None:
    asked = {given.post_id for given in observations if 0 < given.post_id < 2**63}
    rows = await client.execute_query_dict(
        "SELECT id FROM post WHERE id = ANY($1::bigint[])", [list(asked)]
    )
    known = {row["id"] for row in rows}
    for index, given in enumerate(observations):
        if given.post_id not in known:
            raise NotFound(f"There is no post {given.post_id}.", path=(str(index), "post_id"))


async def _append(
    client: BaseDBAsyncClient, observations: Mapping[Key, NewObservation], now: datetime
) -> set[Key] | None:
    """The keys that were not known; None stands for all of them."""
    # In one order for all: whoever writes the same key second waits for the first, and a circle
    # of such waits would be a deadlock.
    keys = sorted(observations, key=_order)
    if not keys:
        return None
    columns = [list(column) for column in zip(*keys, strict=True)]
    given = [observations[key] for key in keys]
    origins = [[each.raw_answer_id for each in given], [each.delivery_id for each in given]]
    rows = await client.execute_query_dict(APPEND, [*columns, *origins, now, len(keys)])
    number = rows[0]["number"]
    if number == len(keys):
        return None
    return {tuple(row.values())[1:] for row in rows} if number else set()


def _key(given: NewObservation) -> Key:
    """What makes two observations the same word, as the database spells it.

    `_value_` is an enumeration's plain attribute: `value` is computed, and asked here most of all.
    """
    return (
        given.post_id,
        given.metric._value_,
        given.observed_at.astimezone(UTC),
        given.value,
        given.value_kind._value_,
        given.source._value_,
        given.bound._value_,
        given.finality._value_,
        given.definition,
        _utc(given.period_starts_at),
        _utc(given.period_ends_at),
    )


def _order(key: Key) -> Key:
    """Keys with missing periods cannot be compared; their texts can."""
    return (*key[:9], str(key[9]), str(key[10]))


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)
