"""Which articles are written, and what of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.connection import get_connection

from domain.articles.content import content_of
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus
from domain.categories.reading import NamePath, name_paths
from domain.ids import format_id

PORTION = 200
BELOW = """
SELECT o.id FROM organization o
WHERE o.path <@ (SELECT top.path FROM organization top WHERE top.id = $1)
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """An article as it is written: what is public of it or, of a draft, its newest revision.

    category: the names on the way to it from the top; none for none. content: everything else it
    says, as a revision keeps it, by column.
    """

    id: str
    slug: str
    status: ArticleStatus
    author: str
    organization: str
    published_at: datetime | None
    source_published_at: datetime | None
    category: NamePath
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """numbers: of articles, or all. within: of this organization or below it, or everywhere.
    has_drafts: whether those that are not public are written too."""

    numbers: Sequence[int] = ()
    within: int | None = None
    has_drafts: bool = False


async def selected(selection: Selection) -> AsyncIterator[Exported]:
    """In the order in which they were begun; read portion by portion."""
    last, known = 0, await name_paths()
    while rows := await _after(selection, last):
        for row in rows:
            yield _exported(row, known)
        last = rows[-1].id


async def _after(selection: Selection, last: int) -> list[Article]:
    rows = Article.filter(id__gt=last).order_by("id").limit(PORTION)
    if selection.numbers:
        rows = rows.filter(id__in=list(selection.numbers))
    if not selection.has_drafts:
        rows = rows.filter(status=ArticleStatus.PUBLISHED)
    if selection.within is not None:
        below = await get_connection("default").execute_query_dict(BELOW, [selection.within])
        rows = rows.filter(organization_id__in=[row["id"] for row in below])
    return await rows.prefetch_related("author", "organization")


def _exported(row: Article, known: Mapping[int, NamePath]) -> Exported:
    content = content_of(row)
    category_id = content.pop("category_id")
    return Exported(
        id=format_id("Article", row.id),
        slug=row.slug,
        status=row.status,
        author=row.author.name,
        organization=row.organization.name,
        published_at=row.published_at,
        source_published_at=row.source_published_at,
        category=known.get(category_id, ()),
        content=content,
    )
