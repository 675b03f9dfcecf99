"""Articles' drafts and revisions, from whole tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from tests.oracle.asked import Asked
from tests.oracle.sight import sees_drafts
from tests.oracle.tables import Row

SAID = (
    *("title", "subtitle", "summary", "blocks", "cover", "tags", "keywords"),
    *("language", "source", "sourceUrl", "shareTitle", "shareSummary"),
)
"""Fields of a revision that stand in its content."""


def _version(asked: Asked, article: Row) -> int:
    sees = sees_drafts(asked.tables, article, asked.viewer)
    return int(article.version if sees else article.public_version)


def numbered(asked: Asked, article_id: int, number: int | None) -> Row | None:
    return next(
        (
            row
            for row in asked.all("ArticleRevision")
            if (row.article_id, row.number) == (article_id, number)
        ),
        None,
    )


def _draft(asked: Asked, article: Row) -> Row | None:
    if article.head_number == article.public_number:
        return None
    return numbered(asked, article.id, article.head_number)


def _public(asked: Asked, article: Row) -> Row | None:
    return numbered(asked, article.id, article.public_number)


def _one(asked: Asked, root: None, articleId: str, number: int) -> Row | None:  # noqa: N803 - as the argument is called in the graph
    return numbered(asked, int(articleId.split(":")[1]), number)


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _said(name: str) -> Callable[[Asked, Row], Any]:
    return lambda asked, revision: revision.content[_snake(name)]


def _objects(items: list[dict[str, Any]]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            **{**item, **({"at": datetime.fromisoformat(item["at"])} if "at" in item else {})}
        )
        for item in items
    ]


def _editors(asked: Asked, article: Row) -> list[SimpleNamespace]:
    """All of them were heard of so lately that none is forgotten while a test runs."""
    if not sees_drafts(asked.tables, article, asked.viewer):
        return []
    found = [row for row in asked.tables.editing if row.article_id == article.id]
    return [
        SimpleNamespace(
            name=row.actor,
            actor_id=row.actor_id,
            block=row.block,
            since=row.since,
            seen_at=row.seen_at,
        )
        for row in sorted(found, key=lambda row: (row.since, row.id))
    ]


REVISIONS: dict[tuple[str, str], Callable[..., Any]] = {
    ("Query", "articleRevision"): _one,
    ("Article", "version"): _version,
    ("Article", "draft"): _draft,
    ("Article", "editors"): _editors,
    ("Article", "publicRevision"): _public,
    ("Article", "credits"): lambda asked, article: _objects(article.credits),
    ("Article", "corrections"): lambda asked, article: _objects(article.corrections),
    ("ArticleRevision", "category"): lambda asked, row: asked.get(
        "Category", row.content["category_id"]
    ),
    **{("ArticleRevision", name): _said(name) for name in SAID},
    ("ArticleRevision", "credits"): lambda asked, row: _objects(row.content["credits"]),
    ("ArticleRevision", "corrections"): lambda asked, row: _objects(row.content["corrections"]),
    ("ArticleRevision", "name"): lambda asked, row: asked.tables.revision_names.get(row.id),
    ("ArticleRevision", "isPublic"): lambda asked, row: (
        asked.tables.nouns["Article"][row.article_id].public_number == row.number
    ),
}
