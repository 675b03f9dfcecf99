"""Whether totals are as they were: one number for all totals of a subject."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.connection import get_connection

Subject = tuple[str, int]
"""Kind and number, as the tables spell them."""

FINGERPRINTS = """
SELECT t.subject_kind, t.subject_id,
    hashtextextended(string_agg(t::text, ' ' ORDER BY t.metric), 0) AS fingerprint
FROM unnest($1::text[], $2::bigint[]) AS asked (kind, id)
JOIN engagement_total t ON t.subject_kind = asked.kind AND t.subject_id = asked.id
GROUP BY t.subject_kind, t.subject_id
"""


async def fingerprints(subjects: Sequence[Subject]) -> dict[Subject, int]:
    """Of those that are there. It differs as soon as any of their totals does."""
    if not subjects:
        return {}
    kinds, numbers = (list(column) for column in zip(*subjects, strict=True))
    rows = await get_connection("default").execute_query_dict(FINGERPRINTS, [kinds, numbers])
    return {(row["subject_kind"], row["subject_id"]): row["fingerprint"] for row in rows}
