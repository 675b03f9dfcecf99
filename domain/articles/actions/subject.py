"""An article as its review sees it."""

from __future__ import annotations

from dataclasses import replace

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.articles.models import Article, ArticleRevision
from domain.ids import format_id
from domain.reviews.actions.running import Subject
from domain.reviews.rules import SubjectOfReview


def subject_of(row: Article, revision: int | None = None) -> Subject:
    """At its newest revision if none is named."""
    return Subject(
        kind=SubjectOfReview.ARTICLE,
        id=row.id,
        revision=revision or row.head_number,
        organization_id=row.organization_id,
        people=frozenset({format_id("Person", row.author_id)}),
    )


async def submitted(client: BaseDBAsyncClient, row: Article) -> Subject:
    """With everybody who saved a revision since the one that is public: they wrote it."""
    since = row.public_number or 0
    saved = ArticleRevision.filter(article_id=row.id, number__gt=since).using_db(client)
    actors = {revision.actor_id for revision in await saved.only("actor_id")} - {""}
    subject = subject_of(row)
    return replace(subject, writers=subject.people | actors)
