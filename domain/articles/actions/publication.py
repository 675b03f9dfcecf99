"""An article goes public, or is taken back."""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.actions.checking import check
from domain.articles.actions.reviewing import LONGEST_REASON
from domain.articles.actions.saving import head_of, said_by, store
from domain.articles.actions.subject import subject_of, submitted
from domain.articles.models import Article
from domain.articles.rules import (
    ArticleStatus,
    check_number,
    check_publishable,
    check_withdrawable,
    first_published,
)
from domain.audit import actions as audit
from domain.changes import change
from domain.distribution.actions.recalling import recall
from domain.gates import own_locked
from domain.ids import format_id
from domain.media import uses as media
from domain.permissions import Permission
from domain.previews import actions as previews
from domain.publishing.embargo import check_free
from domain.reviews.actions import submission as reviews
from domain.webhooks.outbox import emit
from domain.webhooks.rules import WebhookEventType

PUBLISH = Permission.PUBLISH_ARTICLE


async def publish(act: Act, article_id: int, version: int, revision: int | None = None) -> None:
    """Makes a revision public, the newest if none is named. One that was public before keeps the
    moment of its first publication. Where a workflow holds, it must have passed its review; no
    embargo may hold."""
    async with change(act, PUBLISH) as client:
        row = await own_locked(client, act, PUBLISH, Article, article_id, visible, version)
        number = row.head_number if revision is None else revision
        check_number(number, row.head_number, "revision")
        check_publishable(row.public_number, number)
        await reviews.require_passed(client, act, subject_of(row, number))
        await _make_public(client, act, row, number, "article.publish")


async def publish_urgently(act: Act, article_id: int, version: int, reason: str) -> None:
    """The newest revision, before its review is over; that goes on. Raises Conflict where the
    workflow does not allow it."""
    async with change(act, PUBLISH) as client:
        row = await own_locked(client, act, PUBLISH, Article, article_id, visible, version)
        check_publishable(row.public_number, row.head_number)
        why = text.prose(reason, path=("reason",), longest=LONGEST_REASON, required=True)
        run = await reviews.publish_urgently(client, act, await submitted(client, row), why)
        said = await said_by(client, row.id, row.head_number)
        await check(client, act, run, row.id, said, row.head_number)
        await _make_public(client, act, row, row.head_number, "article.publish_urgently")


async def _make_public(
    client: BaseDBAsyncClient, act: Act, row: Article, number: int, action: str
) -> None:
    await check_free(client, row.id, act.now)
    published_at = row.published_at or first_published(row.source_published_at, act.now)
    here_at = row.published_here_at or act.now
    said = await said_by(client, row.id, number)
    await media.keep_public(client, row.id, said)
    before = {"status": row.status, "public_number": row.public_number}
    after = {"status": ArticleStatus.PUBLISHED, "public_number": number}
    times = {
        "published_at": published_at,
        "published_here_at": here_at,
        "listed_at": published_at,
    }
    await store(client, act, row, {**said, **after, **times})
    await _tell(client, act, action, row, before, after)
    await emit(client, WebhookEventType.ARTICLE_PUBLISHED, _told(row), act=act)


def _told(row: Article) -> dict[str, str | None]:
    """What webhooks say of an article that went public, or still is: the row holds what is
    public."""
    return {
        "article": format_id("Article", row.id),
        "slug": row.slug,
        "title": row.title,
        "publishedAt": row.published_at.isoformat() if row.published_at else None,
    }


async def withdraw(act: Act, article_id: int, version: int) -> None:
    """Nothing of it is public any more: the row is its newest draft again. Links that were handed
    out to read it before end with it, and what of it is on its way to accounts goes no further."""
    async with change(act, PUBLISH) as client:
        row = await own_locked(client, act, PUBLISH, Article, article_id, visible, version)
        check_withdrawable(row.status)
        said, told = await head_of(client, row), _told(row)
        before = {"status": row.status, "public_number": row.public_number}
        after = {"status": ArticleStatus.WITHDRAWN, "public_number": None}
        await store(client, act, row, {**said, **after})
        await previews.end_all(client, act, row.id)
        await _tell(client, act, "article.withdraw", row, before, after)
        await recall(client, act, row.id)
        await emit(client, WebhookEventType.ARTICLE_WITHDRAWN, told, act=act)


async def _tell(
    client: BaseDBAsyncClient,
    act: Act,
    action: str,
    row: Article,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    subject = format_id("Article", row.id)
    await audit.record(client, act, action, subject, *audit.changed(before, after))
