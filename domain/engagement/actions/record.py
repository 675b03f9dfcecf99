"""Observations into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
INSERT INTO observation ({KEY}, raw_answer_id, delivery_id, recorded_at)
SELECT *, $14::timestamptz FROM unnest(
    {", ".join(f"${number}::{kind}[]" for number, kind in enumerate(KEY_TYPES.values(), 1))},
    $12::bigint[], $13::bigint[]
)
ON CONFLICT ({KEY}) DO NOTHING
RETURNING {KEY}
"""

MARK = """
INSERT INTO engagement_dirty (post_id, metric, since)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[])
"""

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
    added = await _append(client, [observations[index] for index in first.values()], now)
    await _mark(client, [observations[first[key]] for key in added])
    new = {first[key] for key in added}
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
    client: BaseDBAsyncClient, observations: Iterable[NewObservation], now: datetime
) -> set[Key]:
    """The keys that were not known."""
    # In one order for all: whoever writes the same key second waits for the first, and a circle
    # of such waits would be a deadlock.
    rows = sorted(((_key(given), given) for given in observations), key=lambda row: _order(row[0]))
    columns = [list(column) for column in zip(*(key for key, _ in rows), strict=True)]
    if not columns:
        return set()
    origins = [[given.raw_answer_id for _, given in rows], [given.delivery_id for _, given in rows]]
    added = await client.execute_query_dict(APPEND, [*columns, *origins, now])
    return {tuple(row.values()) for row in added}


async def _mark(client: BaseDBAsyncClient, observations: Iterable[NewObservation]) -> None:
    """One mark a (post, metric), from its earliest new observation on."""
    since: dict[tuple[int, str], datetime] = {}
    for given in observations:
        pair = (given.post_id, given.metric.value)
        since[pair] = min(since.get(pair, given.observed_at), given.observed_at)
    if since:
        posts, metrics = zip(*since, strict=True)
        await client.execute_query_dict(MARK, [list(posts), list(metrics), list(since.values())])


def _key(given: NewObservation) -> Key:
    """What makes two observations the same word, as the database spells it."""
    return (
        given.post_id,
        given.metric.value,
        given.observed_at.astimezone(UTC),
        given.value,
        given.value_kind.value,
        given.source.value,
        given.bound.value,
        given.finality.value,
        given.definition,
        _utc(given.period_starts_at),
        _utc(given.period_ends_at),
    )


def _order(key: Key) -> Key:
    """Keys with missing periods cannot be compared; their texts can."""
    return (*key[:9], str(key[9]), str(key[10]))


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)
