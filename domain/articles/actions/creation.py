"""A new article, as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.articles.actions.saving import append, check_category, head_of
from domain.articles.actions.values import (
    Writing,
    check_body,
    check_reason,
    check_values,
    rendered,
)
from domain.articles.blocks import identified
from domain.articles.content import told
from domain.articles.models import Article
from domain.articles.rules import numbered, slug_from
from domain.audit import actions as audit
from domain.changes import change, must_exist
from domain.gates import require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.people.models import Person
from domain.permissions import Permission
from domain.search.actions import index
from domain.search.rules import SearchKind

TRIED_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle(Writing):
    """slug: where the article is found; made from the title when none is given.
    source_published_at: when it was first published where it is taken from."""

    title: str
    author_id: int
    organization_id: int
    slug: str | None = None
    source_published_at: datetime | None = None


async def create(act: Act, new: NewArticle) -> int:
    """Its number; what it says is its first revision."""
    async with change(act, Permission.CREATE_ARTICLE) as client:
        values = check_values(new)
        values |= rendered(identified(check_body(new) or ()))
        values["source_published_at"] = new.source_published_at
        reason = check_reason(new.reason)
        await check_category(client, values)
        await must_exist(client, Person, new.author_id, "author_id")
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(
            client, act, Permission.CREATE_ARTICLE, new.organization_id, "organization_id"
        )
        if new.slug is None:
            values["slug"] = await _free_slug(client, slug_from(values["title"]))
        row = await _insert(client, act, values)
        await index(client, SearchKind.ARTICLE, row.id)
        await append(client, act, row, await head_of(client, row), reason)
        await audit.record(
            client, act, "article.create", format_id("Article", row.id), after=told(values)
        )
        return int(row.id)


async def _insert(client: BaseDBAsyncClient, act: Act, values: dict[str, Any]) -> Article:
    return await Article.create(
        using_db=client, listed_at=act.now, created_at=act.now, updated_at=act.now, **values
    )


async def _free_slug(client: BaseDBAsyncClient, slug: str) -> str:
    """The first of slug, slug-2, slug-3 … that is free, and stays so until the transaction ends:
    two articles of one title wait for each other."""
    await client.execute_query(
        "SELECT pg_advisory_xact_lock(hashtextextended('slug:' || $1, 0))", [slug]
    )
    start = 1
    while True:
        tried = list(numbered(slug, start, TRIED_AT_ONCE))
        rows = await Article.filter(slug__in=tried).using_db(client).only("slug")
        free = [candidate for candidate in tried if candidate not in {row.slug for row in rows}]
        if free:
            return free[0]
        start += TRIED_AT_ONCE
