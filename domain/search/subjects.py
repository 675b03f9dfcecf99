"""Where the texts of what can be found stand: one statement for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.search.rules import SearchKind, Subject

NOTHING = "NULL::bigint AS category_id, '{}'::text[] AS tags, NULL::timestamptz AS published_at"
FILED = (
    "ARRAY(SELECT above.name::text FROM category c JOIN category above ON above.path @> c.path"
    " WHERE c.id = a.category_id ORDER BY nlevel(above.path))"
)
"""Names of an article's category and of all above it."""

TEXTS: Mapping[SearchKind, str] = {
    SearchKind.ARTICLE: (
        "SELECT a.id, a.organization_id, a.status = 'PUBLISHED' AS is_public, a.title,"
        " array_remove(ARRAY[a.subtitle::text] || a.keywords || p.name::text, '')"
        f" || {FILED} AS keywords, a.summary, a.plain_text AS body, a.category_id, a.tags,"
        " a.listed_at, a.published_at"
        " FROM article a JOIN person p ON p.id = a.author_id WHERE a.id = ANY($1::bigint[])"
    ),
    SearchKind.CAMPAIGN: (
        "SELECT c.id, c.organization_id, TRUE AS is_public, c.title, '{}'::text[] AS keywords,"
        f" c.summary, '' AS body, c.starts_at AS listed_at, {NOTHING} FROM campaign c"
        " WHERE c.id = ANY($1::bigint[])"
    ),
    SearchKind.PARTNER: (
        "SELECT r.id, r.organization_id, TRUE AS is_public, r.name AS title,"
        " ARRAY(SELECT h.handle::text FROM account h WHERE h.partner_id = r.id ORDER BY h.id)"
        f" AS keywords, '' AS summary, '' AS body, r.created_at AS listed_at, {NOTHING}"
        " FROM partner r WHERE r.id = ANY($1::bigint[])"
    ),
    SearchKind.ORGANIZATION: (
        "SELECT o.id, o.id AS organization_id, TRUE AS is_public, o.name AS title,"
        " '{}'::text[] AS keywords, '' AS summary, '' AS body, o.created_at AS listed_at,"
        f" {NOTHING} FROM organization o WHERE o.id = ANY($1::bigint[])"
    ),
}

TABLES: Mapping[SearchKind, str] = {kind: kind.value.lower() for kind in SearchKind}


async def subjects(
    client: BaseDBAsyncClient, kind: SearchKind, numbers: Iterable[int]
) -> list[Subject]:
    """Those that are there, by their numbers."""
    rows = await client.execute_query_dict(f"{TEXTS[kind]} ORDER BY id", [list(numbers)])
    return [_subject(kind, row) for row in rows]


def _subject(kind: SearchKind, row: Mapping[str, Any]) -> Subject:
    given = dict(row)
    return Subject(kind=kind, subject_id=given.pop("id"), **given)


async def numbers_after(
    client: BaseDBAsyncClient, kind: SearchKind, number: int, most: int
) -> Sequence[int]:
    """The next ids of a kind's table, in order."""
    rows = await client.execute_query_dict(
        f"SELECT id FROM {TABLES[kind]} WHERE id > $1 ORDER BY id LIMIT $2", [number, most]
    )
    return [row["id"] for row in rows]


async def count(client: BaseDBAsyncClient) -> int:
    """How many things there are to be found."""
    counted = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES.values())
    rows = await client.execute_query_dict(
        f"SELECT sum(n)::bigint AS n FROM unnest(ARRAY[{counted}]) n"
    )
    return int(rows[0]["n"])
