"""An article goes public, or is taken back."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.articles.access import visible
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus, check_publishable, check_withdrawable
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import own_locked
from domain.ids import format_id
from domain.permissions import Permission
from domain.webhooks.outbox import emit
from domain.webhooks.rules import WebhookEventType

PUBLISH = Permission.PUBLISH_ARTICLE


async def publish(act: Act, article_id: int, version: int) -> None:
    """One that was public before keeps the moment of its first publication."""
    async with change(act, PUBLISH) as client:
        row = await own_locked(client, act, PUBLISH, Article, article_id, visible, version)
        check_publishable(row.status)
        row.published_at = row.published_at or act.now
        row.listed_at = row.published_at
        await _turn(client, act, row, ArticleStatus.PUBLISHED, "article.publish")
        await emit(client, WebhookEventType.ARTICLE_PUBLISHED, _told(row), act=act)


def _told(row: Article) -> dict[str, str | None]:
    """What webhooks say of an article that went public."""
    return {
        "article": format_id("Article", row.id),
        "slug": row.slug,
        "title": row.title,
        "publishedAt": row.published_at.isoformat() if row.published_at else None,
    }


async def withdraw(act: Act, article_id: int, version: int) -> None:
    async with change(act, PUBLISH) as client:
        row = await own_locked(client, act, PUBLISH, Article, article_id, visible, version)
        check_withdrawable(row.status)
        await _turn(client, act, row, ArticleStatus.WITHDRAWN, "article.withdraw")


async def _turn(
    client: BaseDBAsyncClient, act: Act, row: Article, status: ArticleStatus, action: str
) -> None:
    before = {"status": row.status}
    row.status = status
    row.version += 1
    row.updated_at = act.now
    await row.save(
        using_db=client,
        update_fields=["status", "published_at", "listed_at", "version", "updated_at"],
    )
    await audit.record(
        client, act, action, format_id("Article", row.id), before, {"status": status}
    )
