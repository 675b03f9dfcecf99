"""Observations into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import msgspec
from tortoise.backends.base.client import BaseDBAsyncClient

from domain.arrays import array
from domain.engagement.checks import NewObservation, check_observation, check_value
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

MANNER_TYPES = {
    **{name: kind for name, kind in KEY_TYPES.items() if name not in ("post_id", "value")},
    "raw_answer_id": "bigint",
    "delivery_id": "bigint",
}
"""What is said of a word beside the post and the value. Of what comes at once most share it, and it
is sent once: the words of an answer differ in metric, those of a push in little more."""

_MANNERS = ", ".join(f"{name} {kind}" for name, kind in MANNER_TYPES.items())

# In one order for all: whoever writes the same key second waits for the first, and a circle of
# such waits would be a deadlock. OFFSET 0: a look into the index for each post given.
APPEND = f"""
WITH missing AS MATERIALIZED (
    SELECT given.post_id FROM (SELECT DISTINCT unnest($1::text::bigint[]) AS post_id) AS given
    WHERE NOT EXISTS (SELECT FROM post WHERE post.id = given.post_id OFFSET 0)
), added AS (
    INSERT INTO observation ({KEY}, raw_answer_id, delivery_id, recorded_at)
    SELECT {KEY}, raw_answer_id, delivery_id, $4::timestamptz
    FROM unnest($1::text::bigint[], $2::text::bigint[], $3::text::int[])
        WITH ORDINALITY AS given (post_id, value, manner, place)
    JOIN ROWS FROM (json_to_recordset($6::text::json) AS ({_MANNERS}))
        WITH ORDINALITY AS manner ({", ".join(MANNER_TYPES)}, number)
        ON manner.number = given.manner
    WHERE NOT EXISTS (SELECT FROM missing)
    ORDER BY {KEY}, place
    ON CONFLICT ({KEY}) DO NOTHING
    RETURNING {KEY}, delivery_id
), marked AS (
    INSERT INTO engagement_dirty (post_id, metric, since, delivery_id)
    SELECT post_id, metric, min(observed_at), min(delivery_id) FROM added GROUP BY post_id, metric
)
SELECT counted.number, (SELECT array_agg(post_id) FROM missing) AS missing, added.*
FROM (SELECT count(*) AS number FROM added) AS counted
LEFT JOIN added ON counted.number < $5::bigint
"""
"""Appends, marks each (post, metric) from its earliest new observation on, and tells how many
were new; and which, where not all were. Where a post is missing nothing is written."""

MARK_POSTS = """
INSERT INTO engagement_dirty (post_id, metric, since)
SELECT subject_id, metric, CASE WHEN NOT $2::boolean THEN as_of END FROM engagement_total
WHERE subject_kind = 'POST' AND subject_id = ANY($1::bigint[])
"""

Manner = tuple[Any, ...]
"""Of a word, in the order of MANNER_TYPES."""

Key = tuple[Any, ...]


async def record(
    client: BaseDBAsyncClient, observations: Sequence[NewObservation], *, now: datetime
) -> list[bool]:
    """Append what is not known yet and mark what must be derived anew, in the caller's transaction.

    True for a new observation, False for one already known, in the order given. Raises Invalid or
    NotFound with the path (index, field) of the first fault, before anything is written. Call it
    once in a transaction: two callers who take the same observations then never wait in a circle.
    """
    if not observations:
        return []
    manners, chosen = _checked(observations, now)
    for index, given in enumerate(observations):
        if not 0 < given.post_id < 2**63:
            raise _not_found(index, given.post_id)
    rows = await client.execute_query_dict(
        APPEND,
        [
            array(given.post_id for given in observations),
            array(given.value for given in observations),
            array(chosen),
            now,
            len(observations),
            _told(manners),
        ],
    )
    number, missing = rows[0].pop("number"), rows[0].pop("missing")
    if missing:
        raise next(
            _not_found(index, given.post_id)
            for index, given in enumerate(observations)
            if given.post_id in missing
        )
    if number == len(observations):
        return [True] * number
    return _which(observations, rows if number else [])


async def mark_posts(
    client: BaseDBAsyncClient, post_ids: Iterable[int], *, whole: bool = False
) -> None:
    """Have posts derived anew because their own state changed; whole: because their date did."""
    await client.execute_query_dict(MARK_POSTS, [list(post_ids), whole])


def _checked(
    observations: Sequence[NewObservation], now: datetime
) -> tuple[list[Manner], list[int]]:
    """The manners in which they are said, and the number of each one's, counted from 1. What is
    said in a manner that was checked already needs a look at its value only."""
    known: dict[Manner, int] = {}
    chosen = []
    for index, given in enumerate(observations):
        manner = _manner(given)
        number = known.get(manner)
        if number is None:
            check_observation(given, now=now, path=(str(index),))
            number = known[manner] = len(known) + 1
        else:
            check_value(given.value, str(index))
        chosen.append(number)
    return list(known), chosen


def _manner(given: NewObservation) -> Manner:
    """`_value_` is an enumeration's plain attribute: `value` is computed, and asked here most."""
    return (
        given.metric._value_,
        given.observed_at,
        given.value_kind._value_,
        given.source._value_,
        given.bound._value_,
        given.finality._value_,
        given.definition,
        given.period_starts_at,
        given.period_ends_at,
        given.raw_answer_id,
        given.delivery_id,
    )


def _told(manners: Sequence[Manner]) -> str:
    """All of them as one text: asyncpg takes eleven lists of them apart element by element."""
    rows = [dict(zip(MANNER_TYPES, manner, strict=True)) for manner in manners]
    return msgspec.json.encode(rows).decode()


def _not_found(index: int, post_id: int) -> NotFound:
    return NotFound(f"There is no post {post_id}.", path=(str(index), "post_id"))


def _which(observations: Sequence[NewObservation], added: Sequence[dict[str, Any]]) -> list[bool]:
    """Which were added, of a word given twice the first. added: the keys of those that were."""
    new = {tuple(row[name] for name in KEY_TYPES) for row in added}
    found = []
    for given in observations:
        key = _key(given)
        found.append(key in new)
        new.discard(key)
    return found


_key_of = attrgetter(*KEY_TYPES)


def _key(given: NewObservation) -> Key:
    """What makes two observations the same word, as the database spells it."""
    return tuple(
        part.astimezone(UTC) if isinstance(part, datetime) else part for part in _key_of(given)
    )
