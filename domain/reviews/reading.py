"""What processes read of reviews."""

from __future__ import annotations

from tortoise.connection import get_connection

TO_ASK = """
SELECT id, subject_id, revision FROM review
WHERE state = 'RUNNING' AND 'DEAD_LINK' = ANY(checks) AND links_checked IS DISTINCT FROM revision
ORDER BY id LIMIT $1
"""
Asked = tuple[int, int, int]


async def links_to_ask(most: int) -> list[Asked]:
    """Review, subject and revision of those whose links are to be checked and were not yet."""
    rows = await get_connection("default").execute_query_dict(TO_ASK, [most])
    return [(row["id"], row["subject_id"], row["revision"]) for row in rows]
