"""Writes columns: the only place that does. One is set as a whole, so that nobody reorders what
another has just replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.article_columns.models import ArticleColumn, ColumnEntry
from domain.articles.access import visible
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.categories.rules import check_slug
from domain.changes import change, check_version, missing, must_exist
from domain.gates import require_at, sees
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission
from domain.problems import Conflict, Invalid

PUBLISH = Permission.PUBLISH_ARTICLE
MOST_ARTICLES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewColumn:
    """A column as it is to be. version: the one the caller saw; 0 for one that is not there yet.
    article_ids: what stands in it, in its order."""

    organization_id: int
    slug: str
    title: str
    summary: str
    is_closed: bool
    version: int
    article_ids: Sequence[int]


async def set_column(act: Act, new: NewColumn) -> int:
    """Raises Conflict when it is no longer the `version` the editor saw, or is closed and stays so;
    NotFound for an article the editor does not see."""
    async with change(act, PUBLISH) as client:
        slug = check_slug(new.slug)
        title = text.line(new.title, path=("title",), longest=100)
        said = {
            "title": title,
            "summary": text.prose(new.summary, path=("summary",), longest=1000),
            "is_closed": new.is_closed,
        }
        _check_once(new.article_ids)
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(client, act, PUBLISH, new.organization_id, "organization_id")
        row = await _held(client, act, new, slug, title)
        before = await _articles(client, row.id)
        if row.is_closed and new.is_closed and before != list(new.article_ids):
            raise Conflict("the column is closed", path=("article_ids",), code="CLOSED")
        await _check_seen(client, act, set(new.article_ids) - set(before), new.article_ids)
        row.update_from_dict({**said, "updated_at": act.now})
        await row.save(using_db=client)
        await _fill(client, row.id, new.article_ids)
        subject = format_id("Column", row.id)
        after = {"slug": slug, **said, "articles": _told(new.article_ids)}
        await audit.record(client, act, "column.set", subject, {"articles": _told(before)}, after)
        return int(row.id)


def _check_once(ids: Sequence[int]) -> None:
    if len(ids) > MOST_ARTICLES:
        message = f"there are {len(ids)} articles, {MOST_ARTICLES} are the most"
        raise Invalid(message, path=("article_ids",), code="TOO_MANY")
    for place, number in enumerate(ids):
        if number in ids[:place]:
            message = "this article stands in it already"
            raise Invalid(message, path=("article_ids", str(place)), code="TWICE")


async def _held(
    client: BaseDBAsyncClient, act: Act, new: NewColumn, slug: str, title: str
) -> ArticleColumn:
    """The column's row, with its next version. Raises Conflict and NotFound."""
    known = ArticleColumn.select_for_update(no_key=True, using_db=client)
    row = await known.get_or_none(slug=slug)
    if row is None:
        if new.version != 0:
            raise missing("slug", "column")
        made = {"slug": slug, "title": title, "organization_id": new.organization_id}
        return await ArticleColumn.create(
            using_db=client, created_at=act.now, updated_at=act.now, **made
        )
    if row.organization_id != new.organization_id:
        raise Conflict("this slug is taken", path=("slug",), code="TAKEN")
    check_version(row, new.version)
    row.version += 1
    return row


async def _check_seen(
    client: BaseDBAsyncClient, act: Act, added: set[int], ids: Sequence[int]
) -> None:
    rows = {row.id: row for row in await Article.filter(id__in=added).using_db(client)}
    for place, number in enumerate(ids):
        if number not in added:
            continue
        row = rows.get(number)
        if row is None or not await sees(client, act.viewer, visible, row):
            problem = missing("article_ids", "article")
            problem.path = ("article_ids", str(place))
            raise problem


async def _articles(client: BaseDBAsyncClient, column_id: int) -> list[int]:
    rows = ColumnEntry.filter(column_id=column_id).using_db(client).order_by("position")
    return [row.article_id for row in await rows]


async def _fill(client: BaseDBAsyncClient, column_id: int, ids: Sequence[int]) -> None:
    await ColumnEntry.filter(column_id=column_id).using_db(client).delete()
    made = [
        ColumnEntry(column_id=column_id, article_id=number, position=place)
        for place, number in enumerate(ids, start=1)
    ]
    await ColumnEntry.bulk_create(made, using_db=client)


def _told(ids: Sequence[int]) -> list[str]:
    return [format_id("Article", number) for number in ids]
