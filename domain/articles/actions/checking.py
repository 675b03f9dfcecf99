"""The checks of an article under review, and what they know of other articles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.articles.models import Article, ArticleRevision
from domain.articles.rules import ArticleStatus
from domain.database import transaction
from domain.ids import format_id
from domain.media import uses as media
from domain.reviews.actions import findings, fingerprints
from domain.reviews.actions.running import Run
from domain.reviews.actions.terms import terms_at
from domain.reviews.checks.documents import (
    Document,
    Known,
    Part,
    Twin,
    part_of_block,
)
from domain.reviews.checks.steps import CheckKind
from domain.reviews.checks.steps import findings as found_by
from domain.reviews.rules import SubjectOfReview

MISSING = """
SELECT a.id, a.public_number, a.plain_text FROM article a
LEFT JOIN review_fingerprint f ON f.subject_kind = 'ARTICLE' AND f.subject_id = a.id
WHERE a.status = 'PUBLISHED' AND f.revision IS DISTINCT FROM a.public_number
ORDER BY a.id DESC LIMIT $1
"""
MOST_AT_ONCE = 200


def document_of(said: Mapping[str, Any]) -> Document:
    """said: an article's content, by column."""
    headline = Part(texts=tuple(filter(None, (said["title"], said["subtitle"], said["summary"]))))
    parts = map(part_of_block, said["blocks"])
    return Document(parts=(headline, *parts), source=said["source"] or said["source_url"])


def body_text(document: Document) -> str:
    """What is compared with other articles: everything but the headline."""
    return "\n".join(text for part in document.parts[1:] for text in part.texts)


async def check(
    client: BaseDBAsyncClient,
    act: Act,
    run: Run,
    article_id: int,
    said: Mapping[str, Any],
    revision: int,
) -> None:
    """Keeps what the run's checks find in a revision."""
    wanted = [CheckKind(name) for name in run.row.checks]
    if not wanted:
        return
    document = document_of(said)
    known = Known(
        terms=await terms_at(client, run.row.organization_id),
        twins=await _twins(client, article_id, body_text(document)),
        described=await media.described(client, said),
    )
    await findings.keep(client, act, run, found_by(wanted, document, known), revision)
    if CheckKind.DEAD_LINK in wanted and not document.links:
        await findings.keep_dead_links(client, act, run, revision, [])


async def _twins(client: BaseDBAsyncClient, article_id: int, text: str) -> list[Twin]:
    near = await fingerprints.nearest(client, SubjectOfReview.ARTICLE, article_id, text)
    ids = [each.subject_id for each in near]
    rows = await Article.filter(id__in=ids, status=ArticleStatus.PUBLISHED).using_db(client)
    titles = {row.id: row.title for row in rows}
    return [
        Twin(format_id("Article", each.subject_id), titles[each.subject_id], each.distance)
        for each in near
        if each.subject_id in titles
    ]


async def links_of(article_id: int, revision: int) -> list[tuple[str, str]]:
    """Block and address of what a revision links to."""
    row = await ArticleRevision.get(article_id=article_id, number=revision)
    return document_of(row.content).links


async def keep_fingerprints() -> int:
    """Of what went public since; returns of how many articles."""
    async with transaction() as client:
        rows = await client.execute_query_dict(MISSING, [MOST_AT_ONCE])
        for row in rows:
            kind, number = SubjectOfReview.ARTICLE, row["id"]
            await fingerprints.keep(client, kind, number, row["public_number"], row["plain_text"])
    return len(rows)
