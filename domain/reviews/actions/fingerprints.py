"""What is public as 64 bits, and what of it nearly equals a text."""

from __future__ import annotations

from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.reviews.checks.simhash import MOST_DISTANCE, distance, simhash
from domain.reviews.rules import SubjectOfReview

KEEP = """
INSERT INTO review_fingerprint (subject_kind, subject_id, revision, hash) VALUES ($1, $2, $3, $4)
ON CONFLICT (subject_kind, subject_id) DO UPDATE SET revision = $3, hash = $4
"""
QUARTERS = (0, 16, 32, 48)
EQUAL = "((hash >> {0}) & 65535) = (($3::bigint >> {0}) & 65535)"
NEAR = f"""
SELECT subject_id, hash FROM review_fingerprint
WHERE subject_kind = $1 AND subject_id <> $2
    AND ({" OR ".join(map(EQUAL.format, QUARTERS))})
    AND bit_count((hash # $3::bigint)::bit(64)) <= {MOST_DISTANCE}
ORDER BY subject_id LIMIT 5
"""
"""What differs in three bits at the most has one quarter in common: an index for each finds it."""


class Near(NamedTuple):
    subject_id: int
    distance: int


async def keep(
    client: BaseDBAsyncClient, kind: SubjectOfReview, number: int, revision: int, text: str
) -> None:
    await client.execute_query(KEEP, [kind.value, number, revision, simhash(text)])


async def nearest(
    client: BaseDBAsyncClient, kind: SubjectOfReview, number: int, text: str
) -> list[Near]:
    """Others of the kind, at most 5, that say nearly the same. number: the subject's own."""
    own = simhash(text)
    if own is None:
        return []
    rows = await client.execute_query_dict(NEAR, [kind.value, number, own])
    return [Near(row["subject_id"], distance(own, row["hash"])) for row in rows]
