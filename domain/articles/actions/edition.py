"""An edit of an article: what is given changes, everything else stays.

What it says is saved as a revision, and becomes public only when that is published. Where it stands
(its slug, author and organization) is of the article itself, and changes at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.actions.saving import append, check_category, head_of, said_by, store
from domain.articles.actions.subject import subject_of
from domain.articles.actions.values import (
    Writing,
    check_body,
    check_reason,
    check_values,
    rendered,
)
from domain.articles.blocks import identified, loaded
from domain.articles.content import parted, told
from domain.articles.merging import merged_body, merged_fields
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus, check_number, check_seen
from domain.audit import actions as audit
from domain.changes import change, check_version, locked, must_exist
from domain.engagement.actions.attribution import recompute_subjects
from domain.engagement.actions.locking import hold_totals
from domain.gates import own, require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.organizations.tree import lineage
from domain.people.models import Person
from domain.permissions import Permission
from domain.reviews.actions import submission as reviews


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleChanges(Writing):
    """None: stays as it is. correction: what readers are told is corrected; added to what they were
    told before."""

    slug: str | None = None
    author_id: int | None = None
    organization_id: int | None = None
    correction: str | None = None


async def update(
    act: Act,
    article_id: int,
    version: int | None,
    changes: ArticleChanges,
    revision: int | None = None,
) -> None:
    """The editor saw either the article's `version`, and then it must still be that one; or its
    `revision`: what others have saved since is kept beside the edit where they touched other blocks
    and fields. Raises Conflict."""
    async with change(act, Permission.EDIT_DRAFT) as client:
        said, placed = parted(check_values(changes))
        check_seen(version, revision, placed)
        body = check_body(changes)
        reason = check_reason(changes.reason)
        if changes.organization_id is not None:
            await hold_totals(client)
        row = await _own(client, act, article_id, version, is_moved=bool(placed))
        head = await head_of(client, row)
        base = head if revision is None else await _seen(client, row, revision)
        said = merged_fields(base, head, said) | _corrected(head, changes.correction, act)
        if body is not None:
            given = identified(body, loaded(base["blocks"]))
            said |= rendered(merged_body(base, head, given))
        before, after = audit.changed({**head, **_placed(row)}, {**said, **placed})
        await _check_places(client, act, row, after)
        number = row.head_number
        await _save(client, act, row, head, after, reason)
        if "organization_id" in after:
            await _recount(client, before["organization_id"], after["organization_id"])
            await reviews.require_unmoved(client, subject_of(row))
        if row.head_number != number:
            before["head_number"], after["head_number"] = number, row.head_number
        await audit.record(
            client, act, "article.update", format_id("Article", row.id), told(before), told(after)
        )


async def _seen(client: BaseDBAsyncClient, row: Article, revision: int) -> dict[str, Any]:
    """What the editor saw. Raises NotFound."""
    check_number(revision, row.head_number, "revision")
    return await said_by(client, row.id, revision)


def _corrected(head: dict[str, Any], correction: str | None, act: Act) -> dict[str, Any]:
    if correction is None:
        return {}
    known = text.prose(correction, path=("correction",), longest=1000, required=True)
    return {"corrections": [*head["corrections"], {"at": act.now.isoformat(), "text": known}]}


async def _check_places(
    client: BaseDBAsyncClient, act: Act, row: Article, after: dict[str, Any]
) -> None:
    """Raises NotFound and Forbidden."""
    await check_category(client, after)
    await must_exist(client, Person, after.get("author_id"), "author_id")
    await must_exist(client, Organization, after.get("organization_id"), "organization_id")
    if "organization_id" in after:
        needed = _needed(row, is_moved=True)
        await require_at(client, act, needed, after["organization_id"], "organization_id")


async def _own(
    client: BaseDBAsyncClient, act: Act, article_id: int, version: int | None, *, is_moved: bool
) -> Article:
    row = await locked(client, Article, article_id)
    needed = _needed(row, is_moved=is_moved)
    await own(client, act, needed, row, row.organization_id, visible)
    if version is not None:
        check_version(row, version)
    return row


def _needed(row: Article, *, is_moved: bool) -> Permission:
    """What was public once is moved by those who publish; what it says is a draft until then."""
    is_draft = row.status is ArticleStatus.DRAFT
    return Permission.EDIT_DRAFT if is_draft or not is_moved else Permission.EDIT_ARTICLE


def _placed(row: Article) -> dict[str, Any]:
    """What of the article is in no revision."""
    return {name: getattr(row, name) for name in ("slug", "author_id", "organization_id")}


async def _save(
    client: BaseDBAsyncClient,
    act: Act,
    row: Article,
    head: dict[str, Any],
    after: dict[str, Any],
    reason: str,
) -> None:
    """A revision where something else is said than before; the row, where nothing is public."""
    said, placed = parted(after)
    values = placed
    if said:
        values = {**placed, "head_number": row.head_number + 1}
        values |= said if row.public_number is None else {}
    await store(client, act, row, values)
    if said:
        await append(client, act, row, {**head, **said}, reason)


async def _recount(client: BaseDBAsyncClient, left: int, entered: int) -> None:
    """Its posts went with it, by the database's own hand; the totals of those above follow."""
    await recompute_subjects(client, await lineage(client, left) ^ await lineage(client, entered))
