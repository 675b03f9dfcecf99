"""Files of the library, as the graph shows them, worked out from their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.articles.rules import ArticleStatus

if TYPE_CHECKING:
    from tests.oracle.asked import Asked
    from tests.oracle.tables import Row, Tables

ALIKE_BITS = 7


def is_public(tables: Tables, media: Row) -> bool:
    """Whether a published article shows it publicly; what the row itself says is not looked at."""
    articles = tables.nouns["Article"]
    return any(
        use.in_public and articles[use.article_id].status is ArticleStatus.PUBLISHED
        for use in _uses(tables, media)
    )


def _uses(tables: Tables, media: Row) -> list[Row]:
    return [use for use in tables.nouns["ArticleMedia"].values() if use.media_id == media.id]


def is_unused(asked: Asked, media: Row, wanted: bool) -> bool:
    return (not _uses(asked.tables, media)) == wanted


def has_text(asked: Asked, media: Row, text: str) -> bool:
    words = " ".join((media.name, media.alt, media.caption, media.credit))
    return text.lower() in words.lower()


def used_by(asked: Asked, media: Row) -> list[Row]:
    numbers = {use.article_id for use in _uses(asked.tables, media)}
    found = [row for row in asked.all("Article") if row.id in numbers]
    return sorted(found, key=lambda row: row.id, reverse=True)[:100]


def similar(asked: Asked, media: Row) -> list[Row]:
    found = [
        row
        for row in asked.all("Media")
        if row.id != media.id
        and None not in (row.look, media.look)
        and ((row.look ^ media.look) % 2**64).bit_count() <= ALIKE_BITS
    ]
    return sorted(found, key=lambda row: row.id, reverse=True)[:10]


def renditions(asked: Asked, media: Row) -> list[Row]:
    rows = asked.tables.nouns["MediaRendition"].values()
    found = [row for row in rows if row.media_id == media.id]
    return sorted(found, key=lambda row: (row.width, row.format))


def original_url(asked: Asked, media: Row) -> str:
    return f"/media/{media.sha256}/original.{media.name.split('.')[-1]}"


def url(asked: Asked, media: Row) -> str | None:
    if media.kind != "IMAGE" or media.mime == "image/gif":
        return original_url(asked, media)
    jpegs = [row for row in renditions(asked, media) if row.format == "JPEG"]
    return rendition_url(asked, jpegs[0]) if jpegs else None


def rendition_url(asked: Asked, rendition: Row) -> str:
    sha256 = asked.tables.nouns["Media"][rendition.media_id].sha256
    return f"/media/{sha256}/renditions/{rendition.width}.{rendition.format.lower()}"
