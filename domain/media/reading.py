"""Files as they are asked for by address: which one it is, and whether it is shown to who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from tortoise.connection import get_connection

from domain.access import EVERY_ROW, Predicate, Viewer
from domain.ids import MAX_ID
from domain.media.access import own, visible
from domain.media.contents import GIF
from domain.media.rules import (
    MIME_OF,
    MediaKind,
    RenditionFormat,
    original_key,
    rendition_key,
)

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of the store that the viewer may have. size: in bytes. is_public: whether everybody
    may, so that it may be kept anywhere. tag: changes with the content alone."""

    key: str
    mime: str
    name: str
    size: int
    is_public: bool
    tag: str


class Address(NamedTuple):
    """path: where a file is shown on this server. is_public: whether everybody finds it there."""

    path: str
    is_public: bool


ORIGINAL = """
SELECT m.name, m.mime, m.size, m.sha256, m.is_public AND {harmless} AS open
FROM media m WHERE m.sha256 = $1 AND (m.is_public AND {harmless} OR {own})
ORDER BY open DESC, m.id LIMIT 1
"""
HARMLESS = f"(m.kind <> '{MediaKind.IMAGE}' OR m.mime = '{GIF.mime}')"
"""What tells nothing but itself. Other pictures' originals say where and when they were taken, and
by whose camera: these are for the people who work with them, the public gets renditions."""

RENDITION = """
SELECT m.name, r.size, m.is_public AS open FROM media m JOIN media_rendition r ON r.media_id = m.id
WHERE m.sha256 = $1 AND r.width = $2 AND r.format = $3 AND ({visible})
ORDER BY m.is_public DESC, m.id LIMIT 1
"""
NEAREST = """
SELECT m.sha256, m.kind, m.mime, m.name, m.is_public, m.size, r.width, r.size AS rendition_size
FROM media m LEFT JOIN LATERAL (
    SELECT r.width, r.size FROM media_rendition r WHERE r.media_id = m.id AND r.format = $3
    ORDER BY r.width < $2, abs(r.width - $2) LIMIT 1
) r ON TRUE
WHERE m.id = $1 AND ({visible})
"""


async def find_original(viewer: Viewer, sha256: str) -> Shown | None:
    mine, first = _bound(own(viewer), 2)
    sql = ORIGINAL.format(harmless=HARMLESS, own=mine)
    rows = await get_connection("default").execute_query_dict(sql, [sha256, *first])
    return _original(rows[0], rows[0]["open"]) if rows else None


async def find_rendition(
    viewer: Viewer, sha256: str, width: int, format_: RenditionFormat
) -> Shown | None:
    seen, values = _bound(visible(viewer), 4)
    rows = await get_connection("default").execute_query_dict(
        RENDITION.format(visible=seen), [sha256, width, format_.value, *values]
    )
    if not rows:
        return None
    row = {**rows[0], "sha256": sha256, "width": width}
    return _rendition(row, format_, row["size"], row["open"])


async def find_shown(media_id: int, width: int, format_: RenditionFormat) -> Shown | None:
    """What is shown of a file to somebody who may have it for another reason than who they are: of
    a picture the rendition that `find_address` leads to. None when there is none yet."""
    row = await _nearest(EVERY_ROW, media_id, width, format_)
    if row is None:
        return None
    if not _is_rendered(row):
        return _original(row, is_public=False)
    if row["width"] is None:
        return None
    return _rendition(row, format_, row["rendition_size"], is_public=False)


async def find_address(
    viewer: Viewer, media_id: int, width: int, format_: RenditionFormat
) -> Address | None:
    """Where a file is shown: of a picture the rendition of the width that is nearest, not narrower
    where there is one. None when there is none yet, or none for this viewer."""
    row = await _nearest(visible(viewer), media_id, width, format_)
    if row is None:
        return None
    if not _is_rendered(row):
        return Address(original_path(row["sha256"], row["name"]), row["is_public"])
    if row["width"] is None:
        return None
    return Address(rendition_path(row["sha256"], row["width"], format_), row["is_public"])


async def _nearest(
    seen: Predicate, media_id: int, width: int, format_: RenditionFormat
) -> Row | None:
    if not 0 < media_id <= MAX_ID:
        return None
    condition, values = _bound(seen, 4)
    rows = await get_connection("default").execute_query_dict(
        NEAREST.format(visible=condition), [media_id, width, format_.value, *values]
    )
    return rows[0] if rows else None


def _is_rendered(row: Row) -> bool:
    """Whether renditions are shown of it, and not what was uploaded."""
    return bool(row["kind"] == MediaKind.IMAGE and row["mime"] != GIF.mime)


def _original(row: Row, is_public: bool) -> Shown:
    sha256 = row["sha256"]
    return Shown(original_key(sha256), row["mime"], row["name"], row["size"], is_public, sha256)


def _rendition(row: Row, format_: RenditionFormat, size: int, is_public: bool) -> Shown:
    sha256, width = row["sha256"], row["width"]
    name = f"{row['name'].rpartition('.')[0]}.{format_.lower()}"
    tag = f"{sha256}-{width}-{format_}"
    key = rendition_key(sha256, width, format_)
    return Shown(key, MIME_OF[format_], name, size, is_public, tag)


def original_path(sha256: str, name: str) -> str:
    return f"/media/{sha256}/original.{name.rpartition('.')[2]}"


def rendition_path(sha256: str, width: int, format_: RenditionFormat) -> str:
    return f"/media/{sha256}/renditions/{width}.{format_.lower()}"


def _bound(seen: Predicate, start: int) -> tuple[str, tuple[object, ...]]:
    """A condition on a row m, with its values as parameters from number `start` on."""
    places = [f"${number}" for number in range(start, start + len(seen.values))]
    return seen.sql.format(*places, row="m"), seen.values
