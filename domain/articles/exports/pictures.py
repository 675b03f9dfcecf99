"""The pictures of a body, for documents that hold them: as they are shown, never the original,
which says where it was taken."""

from __future__ import annotations

from typing import Any

from domain.articles.exports.selection import Exported
from domain.ids import parse_id
from domain.media.models import MediaRendition
from domain.media.rules import RenditionFormat, rendition_key
from domain.media.storage import Storage


async def pictures_of(article: Exported, storage: Storage) -> dict[str, bytes]:
    """JPEG files by global id. One that is not rendered yet is not among them."""
    ids = {media for block in article.content["blocks"] for media in _shown(block)}
    numbers = [parse_id(id_, "Media")[1] for id_ in ids]
    rows = MediaRendition.filter(media_id__in=numbers, format=RenditionFormat.JPEG)
    found: dict[str, bytes] = {}
    for row in await rows.order_by("media_id", "width").prefetch_related("media"):
        key = rendition_key(row.media.sha256, row.width, RenditionFormat.JPEG)
        parts = [part async for part in storage.read(key, 0, row.size)]
        found[f"Media:{row.media.id}"] = b"".join(parts)
    return found


def _shown(block: dict[str, Any]) -> list[str]:
    places = [block] if block["type"] == "image" else block.get("images", [])
    return [place["media"] for place in places if place.get("media")]
