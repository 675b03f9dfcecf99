"""Changed rows of posts into the tables, and their differences into the rows of all above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.engagement.actions.attribution import recompute_totals
from domain.engagement.actions.changes import BucketChange, Changes, TotalChange
from domain.engagement.figures import COLUMNS
from domain.engagement.rules import SubjectKind

# What the posts $1 count for. LATERAL with OFFSET 0: each by its index, however many there are.
ATTRIBUTED = """
WITH attributed AS MATERIALIZED (
    SELECT s.post_id, s.subject_kind, s.subject_id
    FROM (SELECT DISTINCT post_id FROM unnest($1::bigint[]) AS changed (post_id)) AS changed
    JOIN LATERAL (
        SELECT * FROM post_subject s
        WHERE s.post_id = changed.post_id AND s.subject_kind <> 'POST'
        OFFSET 0
    ) AS s ON TRUE
)
"""

POST_TOTALS = f"""
INSERT INTO engagement_total (subject_kind, subject_id, metric, {", ".join(COLUMNS)})
SELECT 'POST', * FROM unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[],
    $6::integer[], $7::integer[], $8::integer[], $9::integer[]
)
ON CONFLICT (subject_kind, subject_id, metric)
DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""

SUBJECT_TOTALS = f"""{ATTRIBUTED}
UPDATE engagement_total t
SET value = CASE WHEN t.counted + d.counted > 0 THEN coalesce(t.value, 0) + d.value END,
    as_of = CASE WHEN t.counted + d.counted > 0 THEN greatest(t.as_of, d.as_of) END,
    stale_at = CASE WHEN t.counted + d.counted > 0 THEN greatest(t.stale_at, d.stale_at) END,
    known = t.known + d.known,
    counted = t.counted + d.counted,
    at_least = t.at_least + d.at_least,
    provisional = t.provisional + d.provisional
FROM (
    SELECT s.subject_kind, s.subject_id, c.metric, sum(c.value)::bigint AS value,
        max(c.as_of) AS as_of, max(c.stale_at) AS stale_at, sum(c.known)::integer AS known,
        sum(c.counted)::integer AS counted, sum(c.at_least)::integer AS at_least,
        sum(c.provisional)::integer AS provisional
    FROM unnest(
        $1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[],
        $6::integer[], $7::integer[], $8::integer[], $9::integer[]
    ) AS c (post_id, metric, value, as_of, stale_at, known, counted, at_least, provisional)
    JOIN attributed s ON s.post_id = c.post_id
    GROUP BY s.subject_kind, s.subject_id, c.metric
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
INSERT INTO engagement_{table} (subject_kind, subject_id, metric, {bucket}, value)
SELECT 'POST', * FROM unnest($1::bigint[], $2::text[], $3::{type}[], $4::bigint[])
ON CONFLICT (subject_kind, subject_id, metric, {bucket}) DO UPDATE SET value = excluded.value
"""

SUBJECT_BUCKETS = f"""{ATTRIBUTED}
INSERT INTO engagement_{{table}} AS b (subject_kind, subject_id, metric, {{bucket}}, value)
SELECT s.subject_kind, s.subject_id, c.metric, c.bucket, sum(c.gained)
FROM unnest($1::bigint[], $2::text[], $3::{{type}}[], $4::bigint[])
    AS c (post_id, metric, bucket, gained)
JOIN attributed s ON s.post_id = c.post_id
GROUP BY s.subject_kind, s.subject_id, c.metric, c.bucket
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
      AND s.subject_kind = gone.subject_kind AND s.subject_id = gone.subject_id
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
    gained = [(each.post_id, each.metric, *_difference(each)) for each in changed]
    await client.execute_query_dict(SUBJECT_TOTALS, _columns(gained))
    lowered = [
        (each.post_id, each.metric, each.was.as_of, each.was.stale_at)
        for each in changed
        if each.lowers
    ]
    if lowered:
        rows = await client.execute_query_dict(LOWERED, _columns(lowered))
        subjects = [(SubjectKind(row["subject_kind"]), row["subject_id"]) for row in rows]
        await recompute_totals(client, subjects)


def _difference(change: TotalChange) -> tuple[Any, ...]:
    """What a subject's sums gain; the moments as they are now."""
    was, now = change.was, change.now
    return (
        (now.value or 0) - (was.value or 0),
        now.as_of,
        now.stale_at,
        now.known - was.known,
        now.counted - was.counted,
        now.at_least - was.at_least,
        now.provisional - was.provisional,
    )


async def _write_buckets(
    client: BaseDBAsyncClient, table: dict[str, str], changed: Sequence[BucketChange]
) -> None:
    kept = [(*each[:3], each.value) for each in changed if each.value is not None]
    gone = [each[:3] for each in changed if each.value is None]
    if kept:
        await client.execute_query_dict(POST_BUCKETS.format(**table), _columns(kept))
    if gone:
        await client.execute_query_dict(DROP_POST_BUCKETS.format(**table), _columns(gone))
    gained = [(*each[:3], each.gained) for each in changed]
    await client.execute_query_dict(SUBJECT_BUCKETS.format(**table), _columns(gained))
    if gone:
        await client.execute_query_dict(DROP_SUBJECT_BUCKETS.format(**table), _columns(gone))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
