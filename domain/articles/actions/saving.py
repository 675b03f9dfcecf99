"""A save: a revision that keeps all the article then says, and the article's own row where nothing
of it is public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.articles.actions.checking import check
from domain.articles.actions.subject import subject_of
from domain.articles.content import CONTENT, RENDERED, content_of
from domain.articles.models import Article, ArticleRevision
from domain.audit.actions import actor_id
from domain.changes import missing
from domain.media import uses as media
from domain.problems import Conflict
from domain.reviews.actions import submission as reviews
from domain.search.actions import index
from domain.search.rules import SearchKind

HELD = "SELECT FROM category WHERE id = $1 FOR KEY SHARE"


async def head_of(client: BaseDBAsyncClient, row: Article) -> dict[str, Any]:
    """What the newest revision says, by column; the row is held."""
    if row.public_number in (None, row.head_number):
        return {**content_of(row), "body": row.body, "plain_text": row.plain_text}
    return await said_by(client, row.id, row.head_number)


async def said_by(client: BaseDBAsyncClient, article_id: int, number: int) -> dict[str, Any]:
    """What a revision says, by column; a category that is gone by now is none. Raises Conflict for
    a row that was written past us: whatever is saved here has one."""
    revisions = ArticleRevision.filter(article_id=article_id, number=number)
    found = await revisions.using_db(client).get_or_none()
    if found is None:
        message = "nothing was saved of this: it has no revision"
        raise Conflict(message, path=("id",), code="NO_REVISION")
    said = {**found.content, "body": found.body, "plain_text": found.plain_text}
    if not await _is_there(client, said["category_id"]):
        said["category_id"] = None
    return said


async def check_category(client: BaseDBAsyncClient, said: Mapping[str, Any]) -> None:
    """Raises NotFound for one that is not there."""
    if not await _is_there(client, said.get("category_id")):
        raise missing("category_id")


async def _is_there(client: BaseDBAsyncClient, category_id: int | None) -> bool:
    """Nobody removes it then before the transaction is over."""
    if category_id is None:
        return True
    return bool(await client.execute_query_dict(HELD, [category_id]))


async def append(
    client: BaseDBAsyncClient, act: Act, row: Article, said: Mapping[str, Any], reason: str
) -> None:
    """The revision of the number the row calls its newest. Its review hears of it. Raises NotFound
    for a file it mentions that is not the editor's to see."""
    await media.keep_newest(client, act, row.id, said)
    await ArticleRevision.create(
        using_db=client,
        article_id=row.id,
        number=row.head_number,
        content={name: said[name] for name in CONTENT},
        **{name: said[name] for name in RENDERED},
        actor_id=actor_id(act.viewer),
        actor=act.viewer.name,
        reason=reason,
        created_at=act.now,
    )
    run = await reviews.revised(client, act, subject_of(row))
    if run is not None:
        await check(client, act, run, row.id, said, row.head_number)


async def store(client: BaseDBAsyncClient, act: Act, row: Article, values: dict[str, Any]) -> None:
    """The row's own columns; a draft beside something public changes nothing public."""
    row.update_from_dict({**values, "version": row.version + 1})
    written = {*values, "version"}
    is_draft_beside = row.public_number is not None and set(values) <= {"head_number"}
    if not is_draft_beside:
        row.updated_at, row.public_version = act.now, row.version
        written |= {"updated_at", "public_version"}
    await row.save(using_db=client, update_fields=sorted(written))
    if not is_draft_beside:
        await index(client, SearchKind.ARTICLE, row.id)
