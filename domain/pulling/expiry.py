"""What platforms answered, forgotten after a while: the answer's row and its hash stay."""

from __future__ import annotations

from datetime import datetime

from domain.database import transaction

EXPIRE = """
UPDATE raw_body SET body = NULL
WHERE id IN (
    SELECT id FROM raw_body WHERE body IS NOT NULL AND received_at < $1
    ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


async def expire_bodies(before: datetime, *, limit: int) -> int:
    """Empty up to `limit` bodies that were last given before a moment; how many.

    Observations keep their answer's row: when it was asked, what, by which account, and the
    SHA-256 by which a copy kept elsewhere proves to be the same.
    """
    async with transaction() as client:
        return len(await client.execute_query_dict(EXPIRE, [before, limit]))
