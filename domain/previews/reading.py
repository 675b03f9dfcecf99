"""What a link's secret opens beside the graph: which files it shows, and that it was used."""

from __future__ import annotations

import json

from tortoise.connection import get_connection

from domain.media.mentions import mentioned
from domain.previews.access import OPENS
from domain.previews.rules import fingerprint

CONTENT = f"""
SELECT json_build_object('blocks', r.content->'blocks', 'cover', r.content->'cover')::text AS said
FROM preview_link l JOIN article_revision r
    ON r.article_id = l.article_id AND r.number = l.revision
WHERE l.sha256 = $1 AND {OPENS.format(row="l")}
"""
NOTE = f"""
UPDATE preview_link l SET uses = l.uses + 1, used_at = now()
WHERE l.sha256 = $1 AND {OPENS.format(row="l")}
"""


async def shows_file(secret: str, media_id: int) -> bool:
    """Whether a link that opens leads to a revision that mentions the file."""
    return media_id in await _files(secret)


async def _files(secret: str) -> frozenset[int]:
    found = await get_connection("default").execute_query_dict(CONTENT, [fingerprint(secret)])
    return frozenset(mentioned(json.loads(found[0]["said"]))) if found else frozenset()


async def note_use(secret: str) -> None:
    """That its page was opened."""
    await get_connection("default").execute_query(NOTE, [fingerprint(secret)])
