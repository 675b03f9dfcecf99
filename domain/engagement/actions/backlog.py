"""How much waits to be rolled up."""

from __future__ import annotations

from tortoise.connection import get_connection

DEPTH = """
SELECT coalesce(
    (SELECT id FROM engagement_dirty ORDER BY id DESC LIMIT 1)
    - (SELECT id FROM engagement_dirty ORDER BY id LIMIT 1) + 1, 0
) AS depth
"""


async def backlog() -> int:
    """At most how many marks wait, from the first and the last number: it is not counted, so
    that asking costs the same however many there are."""
    rows = await get_connection("default").execute_query_dict(DEPTH)
    return int(rows[0]["depth"])
