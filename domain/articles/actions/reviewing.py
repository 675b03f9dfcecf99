"""An article enters its review."""

from __future__ import annotations

from dataclasses import replace

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.models import Article, ArticleRevision
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import own_locked
from domain.ids import format_id
from domain.permissions import Permission
from domain.reviews.actions import submission as reviews
from domain.reviews.actions.running import Subject
from domain.reviews.rules import SubjectOfReview

LONGEST_REASON = 1_000


def subject_of(row: Article, revision: int | None = None) -> Subject:
    """The article as its review sees it, at its newest revision if none is named."""
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


async def submit_for_review(act: Act, article_id: int, version: int, reason: str = "") -> int:
    """Returns the review's number. reason: what the reviewers should know, e.g. what was changed.

    Raises Conflict where no workflow holds, or it is being reviewed already.
    """
    edit = Permission.EDIT_DRAFT
    async with change(act, edit) as client:
        row = await own_locked(client, act, edit, Article, article_id, visible, version)
        why = text.prose(reason, path=("reason",), longest=LONGEST_REASON)
        run = await reviews.submit(client, act, await submitted(client, row), why)
        after = {"review": format_id("Review", run.row.id), "revision": run.standing.revision}
        subject = format_id("Article", row.id)
        await audit.record(client, act, "article.submit_for_review", subject, after=after)
        return int(run.row.id)
