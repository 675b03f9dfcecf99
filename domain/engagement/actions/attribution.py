"""The figures of what posts count for, from the rows of the posts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.engagement.actions.locking import hold_totals
from domain.engagement.figures import ADDS, SUMS
from domain.engagement.rules import SubjectKind

# The kind stands in the text, so that PostgreSQL reads one branch of post_subject, by its index.
OF_SUBJECTS = "s.subject_kind = '{kind}' AND s.subject_id = ANY($1::bigint[])"

TOTALS = f"""
UPDATE engagement_total t
SET value = CASE WHEN coalesce(sums.counted, 0) > 0 THEN sums.value END,
    as_of = sums.as_of,
    stale_at = sums.stale_at,
    known = coalesce(sums.known, 0),
    counted = coalesce(sums.counted, 0),
    at_least = coalesce(sums.at_least, 0),
    provisional = coalesce(sums.provisional, 0),
    people = coalesce(sums.people, 0),
    reposts = coalesce(sums.reposts, 0)
FROM engagement_total own
LEFT JOIN (
    SELECT s.subject_id, p.metric, {SUMS}
    FROM post_subject s
    JOIN engagement_total p ON p.subject_kind = 'POST' AND p.subject_id = s.post_id
    WHERE {OF_SUBJECTS}
    GROUP BY s.subject_id, p.metric
) AS sums ON sums.subject_id = own.subject_id AND sums.metric = own.metric
WHERE own.subject_kind = '{{kind}}' AND own.subject_id = ANY($1::bigint[])
  AND t.subject_kind = '{{kind}}' AND t.subject_id = own.subject_id AND t.metric = own.metric
"""

BUCKETS = f"""
WITH sums AS MATERIALIZED (
    SELECT s.subject_id, p.metric, p.{{bucket}}, sum(p.value)::bigint AS value
    FROM post_subject s
    JOIN engagement_{{table}} p ON p.subject_kind = 'POST' AND p.subject_id = s.post_id
    WHERE {OF_SUBJECTS} AND {ADDS}
    GROUP BY s.subject_id, p.metric, p.{{bucket}}
), emptied AS (
    DELETE FROM engagement_{{table}} b
    WHERE b.subject_kind = '{{kind}}' AND b.subject_id = ANY($1::bigint[])
      AND NOT EXISTS (
        SELECT FROM sums
        WHERE sums.subject_id = b.subject_id AND sums.metric = b.metric
          AND sums.{{bucket}} = b.{{bucket}}
      )
)
INSERT INTO engagement_{{table}} AS b (subject_kind, subject_id, metric, {{bucket}}, value)
SELECT '{{kind}}', sums.* FROM sums
ON CONFLICT (subject_kind, subject_id, metric, {{bucket}})
DO UPDATE SET value = excluded.value WHERE b.value <> excluded.value
"""


async def recompute_subjects(
    client: BaseDBAsyncClient, subjects: Collection[tuple[SubjectKind, int]]
) -> None:
    """Add the figures of these subjects up anew, after posts were attributed to or from them.

    Marks still queued need no care: a post not rolled up yet is added here as its row stands,
    and its roll-up later adds the difference to that row. The caller has taken hold_totals
    before its own changes (see there); it is taken here in any case.
    """
    await hold_totals(client)
    await recompute_totals(client, subjects)
    for kind, ids in _by_kind(subjects):
        for table, bucket in (("daily", "day"), ("hourly", "hour")):
            statement = BUCKETS.format(kind=kind, table=table, bucket=bucket)
            await client.execute_query_dict(statement, [ids])


async def recompute_totals(
    client: BaseDBAsyncClient, subjects: Iterable[tuple[SubjectKind, int]]
) -> None:
    """The same without days and hours, under the lock that the caller holds."""
    for kind, ids in _by_kind(subjects):
        await client.execute_query_dict(TOTALS.format(kind=kind), [ids])


def _by_kind(
    subjects: Iterable[tuple[SubjectKind, int]],
) -> Iterable[tuple[SubjectKind, list[int]]]:
    """Posts are not sums of anything: theirs are derived, not recomputed."""
    ids: dict[SubjectKind, set[int]] = {}
    for kind, subject_id in subjects:
        ids.setdefault(kind, set()).add(subject_id)
    return [(kind, sorted(of)) for kind, of in ids.items() if kind is not SubjectKind.POST]
