"""Who edits an article just now, by what editors' programs say every few seconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tortoise.connection import get_connection

SHOWN_FOR = timedelta(seconds=60)
"""So long after they were last heard of, an editor counts as one who edits."""

IS_SHOWN = f"seen_at > now() - interval '{SHOWN_FOR.seconds} seconds'"

FINGERPRINTS = f"""
SELECT article_id, hashtextextended(string_agg(actor_id || ' ' || block, ',' ORDER BY actor_id), 0)
    AS fingerprint
FROM article_editing WHERE article_id = ANY ($1::bigint[]) AND {IS_SHOWN} GROUP BY article_id
"""


async def fingerprints(articles: Iterable[int]) -> dict[int, int]:
    """Of the articles somebody edits: another as soon as others do, or in another block."""
    asked = list(articles)
    if not asked:
        return {}
    rows = await get_connection("default").execute_query_dict(FINGERPRINTS, [asked])
    return {row["article_id"]: row["fingerprint"] for row in rows}
