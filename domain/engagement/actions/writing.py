"""Changed rows of posts into the tables, and their differences into the rows of all above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.engagement.actions.attribution import recompute_totals
from domain.engagement.actions.changes import BucketChange, Changes, TotalChange
from domain.engagement.figures import ADDS, COLUMNS, IS_REPOST, TYPES
from domain.engagement.rules import SubjectKind

# What the posts $1 count for. LATERAL with OFFSET 0: each by its index, however many there are.
ATTRIBUTED = """
WITH attributed AS MATERIALIZED (
    SELECT s.post_id, s.subject_kind, s.subject_id, s.original_id
    FROM (SELECT DISTINCT post_id FROM unnest($1::bigint[]) AS changed (post_id)) AS changed
    JOIN LATERAL (
        SELECT * FROM post_subject s
        WHERE s.post_id = changed.post_id AND s.subject_kind <> 'POST'
        OFFSET 0
    ) AS s ON TRUE
)
"""

GIVEN = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(TYPES.values(), 3))

POST_TOTALS = f"""
INSERT INTO engagement_total (subject_kind, subject_id, metric, {", ".join(COLUMNS)})
SELECT 'POST', * FROM unnest($1::bigint[], $2::text[], {GIVEN})
ON CONFLICT (subject_kind, subject_id, metric)
DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""

# Each post's row as it was, with the sign -1, and as it is now, with +1.
SUBJECT_TOTALS = f"""{ATTRIBUTED}
UPDATE engagement_total t
SET value = CASE WHEN t.counted + d.counted > 0 THEN coalesce(t.value, 0) + d.value END,
    as_of = CASE WHEN t.counted + d.counted > 0 THEN greatest(t.as_of, d.as_of) END,
    stale_at = CASE WHEN t.counted + d.counted > 0 THEN greatest(t.stale_at, d.stale_at) END,
    known = t.known + d.known,
    counted = t.counted + d.counted,
    at_least = t.at_least + d.at_least,
    provisional = t.provisional + d.provisional,
    people = t.people + d.people,
    reposts = t.reposts + d.reposts
FROM (
    SELECT s.subject_kind, s.subject_id, p.metric,
        coalesce(sum(p.sign * p.value) FILTER (WHERE {ADDS}), 0)::bigint AS value,
        max(p.as_of) FILTER (WHERE p.sign > 0 AND {ADDS}) AS as_of,
        max(p.stale_at) FILTER (WHERE p.sign > 0 AND {ADDS}) AS stale_at,
        sum(p.sign * p.known)::integer AS known,
        coalesce(sum(p.sign * p.counted) FILTER (WHERE {ADDS}), 0)::integer AS counted,
        coalesce(sum(p.sign * p.at_least) FILTER (WHERE {ADDS}), 0)::integer AS at_least,
        coalesce(sum(p.sign * p.provisional) FILTER (WHERE {ADDS}), 0)::integer AS provisional,
        sum(p.sign * p.people)::integer AS people,
        coalesce(sum(p.sign * p.counted) FILTER (WHERE {IS_REPOST}), 0)::integer AS reposts
    FROM unnest($1::bigint[], $2::text[], {GIVEN}, ${len(TYPES) + 3}::integer[])
        AS p (post_id, metric, {", ".join(COLUMNS)}, sign)
    JOIN attributed s ON s.post_id = p.post_id
    GROUP BY s.subject_kind, s.subject_id, p.metric
) AS d
WHERE t.subject_kind <> 'POST' AND t.subject_kind = d.subject_kind
  AND t.subject_id = d.subject_id AND t.metric = d.metric
"""

# Subjects whose latest moment may have been the one that a post no longer has.
LOWERED = f"""{ATTRIBUTED}
SELECT DISTINCT s.subject_kind, s.subject_id
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[])
    AS was (post_id, metric, as_of, stale_at)
JOIN attributed s ON s.post_id = was.post_id
JOIN engagement_total t USING (subject_kind, subject_id, metric)
WHERE t.subject_kind <> 'POST' AND (t.as_of = was.as_of OR t.stale_at = was.stale_at)
"""

POST_BUCKETS = """
INSERT INTO engagement_{table} (subject_kind, subject_id, metric, {bucket}, value, addition)
SELECT 'POST', * FROM unnest($1::bigint[], $2::text[], $3::{type}[], $4::bigint[], $5::text[])
ON CONFLICT (subject_kind, subject_id, metric, {bucket})
DO UPDATE SET value = excluded.value, addition = excluded.addition
"""

# As for totals: what was, with its sign turned, and what is now. A row that only ever held what is
# not added here is none.
SUBJECT_BUCKETS = f"""{ATTRIBUTED}
INSERT INTO engagement_{{table}} AS b (subject_kind, subject_id, metric, {{bucket}}, value)
SELECT s.subject_kind, s.subject_id, p.metric, p.bucket, sum(p.signed)
FROM unnest($1::bigint[], $2::text[], $3::{{type}}[], $4::bigint[], $5::text[])
    AS p (post_id, metric, bucket, signed, addition)
JOIN attributed s ON s.post_id = p.post_id
WHERE {ADDS}
GROUP BY s.subject_kind, s.subject_id, p.metric, p.bucket
ON CONFLICT (subject_kind, subject_id, metric, {{bucket}})
DO UPDATE SET value = b.value + excluded.value
"""

DROP_POST_BUCKETS = """
DELETE FROM engagement_{table} b
USING unnest($1::bigint[], $2::text[], $3::{type}[]) AS gone (post_id, metric, bucket)
WHERE b.subject_kind = 'POST' AND b.subject_id = gone.post_id AND b.metric = gone.metric
  AND b.{bucket} = gone.bucket
"""

# A row that stands for no post any more is zero, but not every zero stands for none.
DROP_SUBJECT_BUCKETS = f"""{ATTRIBUTED}
DELETE FROM engagement_{{table}} b
USING (
    SELECT DISTINCT s.subject_kind, s.subject_id, gone.metric, gone.bucket
    FROM unnest($1::bigint[], $2::text[], $3::{{type}}[]) AS gone (post_id, metric, bucket)
    JOIN attributed s ON s.post_id = gone.post_id
) AS gone
WHERE b.subject_kind = gone.subject_kind AND b.subject_id = gone.subject_id
  AND b.metric = gone.metric AND b.{{bucket}} = gone.bucket AND b.value = 0
  AND NOT EXISTS (
    SELECT FROM engagement_{{table}} p
    JOIN post_subject s ON s.post_id = p.subject_id
    WHERE p.subject_kind = 'POST' AND p.metric = gone.metric AND p.{{bucket}} = gone.bucket
      AND {ADDS} AND s.subject_kind = gone.subject_kind AND s.subject_id = gone.subject_id
  )
"""

DAYS = {"table": "daily", "bucket": "day", "type": "date"}
HOURS = {"table": "hourly", "bucket": "hour", "type": "timestamptz"}


async def write(client: BaseDBAsyncClient, found: Changes) -> None:
    """Under the lock of hold_totals, in a transaction that takes all of it or nothing."""
    if found.totals:
        await _write_totals(client, found.totals)
    for table, changed in ((DAYS, found.daily), (HOURS, found.hourly)):
        if changed:
            await _write_buckets(client, table, changed)


async def _write_totals(client: BaseDBAsyncClient, changed: Sequence[TotalChange]) -> None:
    now = [(each.post_id, each.metric, *each.now) for each in changed]
    await client.execute_query_dict(POST_TOTALS, _columns(now))
    was = [(each.post_id, each.metric, *each.was, -1) for each in changed]
    signed = was + [(*row, 1) for row in now]
    await client.execute_query_dict(SUBJECT_TOTALS, _columns(signed))
    lowered = [
        (each.post_id, each.metric, each.was.as_of, each.was.stale_at)
        for each in changed
        if each.lowers
    ]
    if lowered:
        rows = await client.execute_query_dict(LOWERED, _columns(lowered))
        subjects = [(SubjectKind(row["subject_kind"]), row["subject_id"]) for row in rows]
        await recompute_totals(client, subjects)


async def _write_buckets(
    client: BaseDBAsyncClient, table: dict[str, str], changed: Sequence[BucketChange]
) -> None:
    kept = [(*each[:3], *each.now) for each in changed if each.now is not None]
    gone = [each[:3] for each in changed if each.now is None]
    if kept:
        await client.execute_query_dict(POST_BUCKETS.format(**table), _columns(kept))
    if gone:
        await client.execute_query_dict(DROP_POST_BUCKETS.format(**table), _columns(gone))
    signed = [
        (*each[:3], sign * gain.value, gain.addition)
        for each in changed
        for sign, gain in ((-1, each.was), (1, each.now))
        if gain is not None
    ]
    await client.execute_query_dict(SUBJECT_BUCKETS.format(**table), _columns(signed))
    perhaps_empty = [each[:3] for each in changed if _takes_away(each)]
    if perhaps_empty:
        await client.execute_query_dict(
            DROP_SUBJECT_BUCKETS.format(**table), _columns(perhaps_empty)
        )


def _takes_away(change: BucketChange) -> bool:
    """Whether a row above may have lost its last post."""
    if change.was is None:
        return False
    return change.now is None or change.now.addition != change.was.addition


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
