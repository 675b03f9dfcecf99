"""Arranges the tree of categories: the only place that does. By administrators of the whole
network, because the tree is everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.categories.models import Category
from domain.categories.rules import check_depth, check_name, check_slug, placed, slug_of
from domain.changes import change, cyclic, locked, missing, must_exist
from domain.ids import format_id
from domain.problems import Conflict
from domain.search.actions import index
from domain.search.rules import SearchKind

LOCKS = """
SELECT pg_advisory_xact_lock_shared(hashtextextended('tree:organization', 0)),
    pg_advisory_xact_lock(hashtextextended('tree:category', 0))
"""
"""Both in the order in which an article's lists take them: whoever files one waits, and is never
entangled."""

PLACE = """
UPDATE category c SET position = new.position
FROM unnest($1::bigint[]) WITH ORDINALITY AS new (id, position)
WHERE c.id = new.id AND c.position <> new.position
"""
LEVELS = "SELECT max(nlevel(path) - nlevel($1::ltree)) + 1 AS n FROM category WHERE path <@ $1"
FILED = "SELECT article_id FROM article_in_category WHERE category_id = $1 ORDER BY article_id"
DRAFTED = """
SELECT FROM article a JOIN article_revision r ON r.article_id = a.id AND r.number = a.head_number
WHERE a.head_number IS DISTINCT FROM a.public_number AND r.content ->> 'category_id' = $1::text
LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCategory:
    """parent_id: what it stands below; none: at the top. slug: made from the name when none is
    given. position: its place among those beside it, from 1; none: the last."""

    name: str
    slug: str | None = None
    parent_id: int | None = None
    position: int | None = None


async def create(act: Act, new: NewCategory) -> int:
    async with change(act) as client:
        name = check_name(new.name)
        slug = slug_of(name) if new.slug is None else check_slug(new.slug)
        await _lock_tree(client)
        await must_exist(client, Category, new.parent_id, "parent_id")
        check_depth(1 + await _level(client, new.parent_id))
        values: dict[str, Any] = {"name": name, "slug": slug, "parent_id": new.parent_id}
        row = await Category.create(using_db=client, position=1, created_at=act.now, **values)
        await _place(client, row, new.position)
        await audit.record(
            client, act, "category.create", format_id("Category", row.id), after=values
        )
        return int(row.id)


async def update(
    act: Act, category_id: int, version: int, name: str | None, slug: str | None
) -> None:
    """What is None stays as it is. Articles are found by the new name at once."""
    async with change(act) as client:
        given = {"name": name and check_name(name), "slug": slug and check_slug(slug)}
        wanted = {key: value for key, value in given.items() if value is not None}
        row = await locked(client, Category, category_id, version)
        before, after = audit.changed({"name": row.name, "slug": row.slug}, wanted)
        await _store(client, row, after)
        if "name" in after:
            await _reindex(client, row.id)
        subject = format_id("Category", row.id)
        await audit.record(client, act, "category.update", subject, before, after)


async def move(
    act: Act, category_id: int, version: int, parent_id: int | None, position: int | None
) -> None:
    """Puts it, and all below it, under another one or at the top, at that place among those there.
    Its articles are listed under what is above it from then on."""
    async with change(act) as client:
        await _lock_tree(client)
        row = await locked(client, Category, category_id, version)
        await must_exist(client, Category, parent_id, "parent_id")
        before = {"parent_id": row.parent_id, "position": row.position}
        if parent_id != row.parent_id:
            await _check_place(client, row, parent_id)
        await _store(client, row, {"parent_id": parent_id})
        await _place(client, row, position)
        if parent_id != before["parent_id"]:
            await _reindex(client, row.id)
        after = {"parent_id": parent_id, "position": row.position}
        subject = format_id("Category", row.id)
        await audit.record(client, act, "category.move", subject, *audit.changed(before, after))


async def remove(act: Act, category_id: int, version: int) -> None:
    """One that has nothing below it, and that no article is of, as it is public or as it was saved
    last. Older revisions may be of it: taken up again, they are of none. Raises Conflict."""
    async with change(act) as client:
        await _lock_tree(client)
        row = await Category.select_for_update(using_db=client).get_or_none(id=category_id)
        if row is None:
            raise missing("id", "category")
        await locked(client, Category, category_id, version)
        await _check_unused(client, category_id)
        before = {"name": row.name, "slug": row.slug, "parent_id": row.parent_id}
        await row.delete(using_db=client)
        await audit.record(
            client, act, "category.remove", format_id("Category", category_id), before
        )


async def _lock_tree(client: BaseDBAsyncClient) -> None:
    await client.execute_query(LOCKS)


async def _level(client: BaseDBAsyncClient, category_id: int | None) -> int:
    """How deep it stands, from 1; 0 for what is above the top."""
    if category_id is None:
        return 0
    row = await Category.filter(id=category_id).using_db(client).get()
    return len(row.path.split("."))


async def _check_place(client: BaseDBAsyncClient, row: Category, parent_id: int | None) -> None:
    """Raises Invalid where it would stand below itself, or too deep."""
    if parent_id is not None:
        parent = await Category.filter(id=parent_id).using_db(client).get()
        if str(row.id) in parent.path.split("."):
            raise cyclic()
    levels = await client.execute_query_dict(LEVELS, [row.path])
    check_depth(int(levels[0]["n"]) + await _level(client, parent_id))


async def _store(client: BaseDBAsyncClient, row: Category, values: dict[str, Any]) -> None:
    row.update_from_dict({**values, "version": row.version + 1})
    await row.save(using_db=client, update_fields=[*values, "version"])


async def _place(client: BaseDBAsyncClient, row: Category, position: int | None) -> None:
    """Numbers all that stand beside it anew, from 1."""
    beside = Category.filter(parent_id=row.parent_id).using_db(client).order_by("position", "id")
    ids = placed([each.id for each in await beside.only("id")], row.id, position)
    await client.execute_query(PLACE, [ids])
    row.position = ids.index(row.id) + 1


async def _check_unused(client: BaseDBAsyncClient, category_id: int) -> None:
    if await Category.filter(parent_id=category_id).using_db(client).exists():
        raise Conflict("there are categories below it", path=("id",), code="HAS_CHILDREN")
    is_used = await Article.filter(category_id=category_id).using_db(client).exists()
    if is_used or await client.execute_query_dict(DRAFTED, [str(category_id)]):
        raise Conflict("there are articles of it", path=("id",), code="IN_USE")


async def _reindex(client: BaseDBAsyncClient, category_id: int) -> None:
    """The names of what an article is filed under are words by which it is found."""
    rows = await client.execute_query_dict(FILED, [category_id])
    await index(client, SearchKind.ARTICLE, *[row["article_id"] for row in rows])
