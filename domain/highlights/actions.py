"""Pins and features articles: the only place that does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import moments
from domain.access import Act
from domain.articles.access import visible
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.changes import change, locked, missing
from domain.gates import own_locked
from domain.highlights.models import ArticleHighlight
from domain.highlights.rules import HighlightKind, check_period, check_room
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission

PUBLISH = Permission.PUBLISH_ARTICLE
OTHERS = """
SELECT count(*) AS others FROM article_highlight h JOIN article a ON a.id = h.article_id
WHERE h.kind = 'PINNED' AND a.organization_id = $1 AND a.id <> $2
    AND coalesce(h.ends_at, 'infinity') > $3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHighlight:
    """starts_at: now if none is given. ends_at: none: until it is ended."""

    article_id: int
    kind: HighlightKind
    starts_at: datetime | None = None
    ends_at: datetime | None = None


async def set_highlight(act: Act, new: NewHighlight) -> None:
    """In place of the one of that kind before, if there was one. A draft shows once it is public.
    Raises Conflict where too many are pinned."""
    async with change(act, PUBLISH) as client:
        starts_at = moments.moment(new.starts_at or act.now, path=("starts_at",))
        ends_at = new.ends_at and moments.future(new.ends_at, now=act.now, path=("ends_at",))
        check_period(starts_at, ends_at)
        article = await own_locked(client, act, PUBLISH, Article, new.article_id, visible)
        if new.kind is HighlightKind.PINNED:
            check_room(await _others(client, act, article))
        values = {"starts_at": starts_at, "ends_at": ends_at}
        row = await _of(client, article.id, new.kind)
        before = {name: getattr(row, name) for name in values} if row else None
        given = {**values, "setter": act.viewer.name, "set_at": act.now}
        if row is None:
            await ArticleHighlight.create(
                using_db=client, article_id=article.id, kind=new.kind, **given
            )
        else:
            await row.update_from_dict(given).save(using_db=client)
        after = {"kind": new.kind, **values}
        subject = format_id("Article", article.id)
        await audit.record(client, act, "article.highlight", subject, before, after)


async def end_highlight(act: Act, article_id: int, kind: HighlightKind) -> None:
    """Also one that is still to come. Raises NotFound where there is none."""
    async with change(act, PUBLISH) as client:
        article = await own_locked(client, act, PUBLISH, Article, article_id, visible)
        row = await _of(client, article.id, kind)
        if row is None or (row.ends_at is not None and row.ends_at <= act.now):
            raise missing("article_id", "highlight")
        await row.delete(using_db=client)
        before = {"kind": kind, "starts_at": row.starts_at, "ends_at": row.ends_at}
        subject = format_id("Article", article.id)
        await audit.record(client, act, "article.end_highlight", subject, before)


async def _of(
    client: BaseDBAsyncClient, article_id: int, kind: HighlightKind
) -> ArticleHighlight | None:
    return await ArticleHighlight.get_or_none(article_id=article_id, kind=kind, using_db=client)


async def _others(client: BaseDBAsyncClient, act: Act, article: Article) -> int:
    """Pinned in the same list; its organization is held, so that nobody else pins there now."""
    await locked(client, Organization, article.organization_id)
    values = [article.organization_id, article.id, act.now]
    return int((await client.execute_query_dict(OTHERS, values))[0]["others"])
