"""Published articles in bulk, for sitemaps: by number, so that a part stays what it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from tortoise.connection import get_connection

from domain.articles.access import PUBLISHED

PART = 10_000
"""Numbers of articles in one part; a sitemap may name 50,000."""

NEWS = timedelta(days=2)
MOST_NEWS = 1_000
"""What news sitemaps may hold."""

PARTS = f"""
SELECT (id - 1) / {PART} + 1 AS part, max(updated_at) AS changed_at
FROM article a WHERE {PUBLISHED.sql.format(row="a")} GROUP BY 1 ORDER BY 1
"""
IN_PART = f"""
SELECT slug, updated_at FROM article a
WHERE {PUBLISHED.sql.format(row="a")}
    AND id > ($1::bigint - 1) * {PART} AND id <= $1::bigint * {PART}
ORDER BY id
"""
LATEST = f"""
SELECT slug, title, published_at, language FROM article a
WHERE {PUBLISHED.sql.format(row="a")} AND listed_at > $1
ORDER BY listed_at DESC, id DESC LIMIT {MOST_NEWS}
"""


class Part(NamedTuple):
    """number: from 1. changed_at: when the latest of its articles was."""

    number: int
    changed_at: datetime


class Place(NamedTuple):
    slug: str
    changed_at: datetime


class News(NamedTuple):
    slug: str
    title: str
    published_at: datetime
    language: str


async def parts() -> list[Part]:
    """Those with any published article."""
    rows = await get_connection("default").execute_query_dict(PARTS)
    return [Part(row["part"], row["changed_at"]) for row in rows]


async def places(part: int) -> list[Place]:
    rows = await get_connection("default").execute_query_dict(IN_PART, [part])
    return [Place(row["slug"], row["updated_at"]) for row in rows]


async def news(now: datetime) -> list[News]:
    """Published in the last two days, newest first."""
    rows = await get_connection("default").execute_query_dict(LATEST, [now - NEWS])
    return [News(row["slug"], row["title"], row["published_at"], row["language"]) for row in rows]
