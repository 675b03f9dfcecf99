"""Keeps which files an article uses, in the transaction in which it is saved, published or taken
back; and refuses what may not be used, or not be published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.ids import format_id
from domain.media.access import visible
from domain.media.mentions import Path, mentioned, pictures
from domain.media.models import Media
from domain.problems import Invalid, NotFound

KEEP = """
INSERT INTO article_media (article_id, media_id, in_public, in_newest)
SELECT $1, number, {in_public}, {in_newest} FROM unnest($2::bigint[]) AS number ORDER BY number
ON CONFLICT (article_id, media_id) DO UPDATE SET {column} = TRUE WHERE NOT article_media.{column}
"""
LEAVE = """
UPDATE article_media SET {column} = FALSE
WHERE article_id = $1 AND {column} AND NOT media_id = ANY($2::bigint[])
"""
SEEN = "SELECT m.id FROM media m WHERE m.id = ANY($1::bigint[]) AND {visible}"
USED = "SELECT media_id FROM article_media WHERE article_id = $1"


async def keep_newest(
    client: BaseDBAsyncClient, act: Act, article_id: int, content: Mapping[str, Any]
) -> None:
    """What its newest revision uses. Raises NotFound, at its place in the content, for a file that
    is not there or not the editor's to see: by showing it, they would give it to everybody. What
    the article uses already stays usable, whoever edits it."""
    wanted = mentioned(content)
    if wanted:
        await _check_seen(client, act, article_id, wanted)
    await _keep(client, article_id, wanted, "in_newest")


async def keep_public(
    client: BaseDBAsyncClient, article_id: int, content: Mapping[str, Any]
) -> None:
    """What its public revision uses. Raises Invalid at the place of a picture that nobody
    describes, neither there nor in the library."""
    await _check_described(client, content)
    await _keep(client, article_id, mentioned(content), "in_public")


async def _keep(
    client: BaseDBAsyncClient, article_id: int, wanted: Collection[int], column: str
) -> None:
    numbers = sorted(wanted)
    await client.execute_query(LEAVE.format(column=column), [article_id, numbers])
    if numbers:
        flags = {name: str(name == column).upper() for name in ("in_public", "in_newest")}
        await client.execute_query(KEEP.format(column=column, **flags), [article_id, numbers])


async def _check_seen(
    client: BaseDBAsyncClient, act: Act, article_id: int, wanted: Mapping[int, Path]
) -> None:
    used = {row["media_id"] for row in await client.execute_query_dict(USED, [article_id])}
    new = sorted(set(wanted) - used)
    if not new:
        return
    seen = visible(act.viewer)
    condition = seen.sql.format(*_places(seen.values), row="m")
    rows = await client.execute_query_dict(SEEN.format(visible=condition), [new, *seen.values])
    found = {row["id"] for row in rows}
    for number in new:
        if number not in found:
            raise NotFound("there is no such file in the library", path=wanted[number])


def _places(values: Collection[Any]) -> list[str]:
    return [f"${number}" for number in range(2, len(values) + 2)]


async def described(client: BaseDBAsyncClient, content: Mapping[str, Any]) -> frozenset[str]:
    """Global ids of the content's pictures of which the library says what they show."""
    numbers = [each.media_id for each in pictures(content) if each.media_id is not None]
    rows = await Media.filter(id__in=numbers).using_db(client).only("id", "alt")
    return frozenset(format_id("Media", row.id) for row in rows if row.alt.strip())


async def _check_described(client: BaseDBAsyncClient, content: Mapping[str, Any]) -> None:
    known = await described(client, content)
    for picture in pictures(content):
        media = "" if picture.media_id is None else format_id("Media", picture.media_id)
        if not picture.alt and media not in known:
            raise Invalid(
                "this picture has no alternative text: say what it shows, here or in the library",
                path=picture.path,
                code="NO_ALTERNATIVE_TEXT",
            )
