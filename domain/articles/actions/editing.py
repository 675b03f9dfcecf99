"""Says who edits an article just now. It is no edit: it changes no version and leaves no entry."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.editing import SHOWN_FOR
from domain.articles.models import Article, ArticleEditing
from domain.audit.actions import actor_id
from domain.changes import change, missing
from domain.gates import own
from domain.permissions import Permission

EDIT = Permission.EDIT_DRAFT
TOUCH = """
INSERT INTO article_editing (article_id, actor_id, actor, block, since, seen_at)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (article_id, actor_id) DO UPDATE
    SET actor = excluded.actor, block = excluded.block, seen_at = excluded.seen_at
"""


async def touch_editing(act: Act, article_id: int, block: str = "") -> None:
    """They edit it, and that block of it; to be said again before SHOWN_FOR is over."""
    async with change(act, EDIT) as client:
        known = text.line(block, path=("block",), longest=40, required=False)
        await _own(client, act, article_id)
        await _forget(client, act.now, article_id)
        values = [article_id, actor_id(act.viewer), act.viewer.name, known, act.now]
        await client.execute_query(TOUCH, values)


async def stop_editing(act: Act, article_id: int) -> None:
    """They edit it no longer."""
    async with change(act, EDIT) as client:
        await _own(client, act, article_id)
        mine = ArticleEditing.filter(article_id=article_id, actor_id=actor_id(act.viewer))
        await mine.using_db(client).delete()


async def _own(client: BaseDBAsyncClient, act: Act, article_id: int) -> None:
    """Raises NotFound and Forbidden. The article is not held: who types must not wait."""
    row = await Article.filter(id=article_id).using_db(client).get_or_none()
    if row is None:
        raise missing("id", "article")
    await own(client, act, EDIT, row, row.organization_id, visible)


async def _forget(client: BaseDBAsyncClient, now: datetime, article_id: int) -> None:
    gone = ArticleEditing.filter(article_id=article_id, seen_at__lt=now - SHOWN_FOR)
    await gone.using_db(client).delete()


async def forget_editing(now: datetime) -> None:
    """Takes out all who were not heard of for so long; those who follow hear of it."""
    if await ArticleEditing.filter(seen_at__lt=now - SHOWN_FOR).exists():
        await ArticleEditing.filter(seen_at__lt=now - SHOWN_FOR).delete()
