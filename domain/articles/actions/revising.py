"""What is done to revisions: an older one is taken up again, one gets a name."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.actions.saving import append, head_of, said_by, store
from domain.articles.actions.values import check_reason
from domain.articles.content import told
from domain.articles.models import Article, ArticleRevision, RevisionName
from domain.articles.rules import check_number
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import own_locked
from domain.ids import format_id
from domain.permissions import Permission

LONGEST_NAME = 100
EDIT = Permission.EDIT_DRAFT


async def restore(act: Act, article_id: int, version: int, number: int, reason: str) -> None:
    """A new revision that says what an older one said. Nothing public changes."""
    async with change(act, EDIT) as client:
        known = check_reason(reason) or f"as in revision {number}"
        row = await own_locked(client, act, EDIT, Article, article_id, visible, version)
        check_number(number, row.head_number)
        head, said = await head_of(client, row), await said_by(client, row.id, number)
        before, after = audit.changed(head, said)
        values = {"head_number": row.head_number + 1}
        before["head_number"], after["head_number"] = row.head_number, row.head_number + 1
        await store(client, act, row, {**(said if row.public_number is None else {}), **values})
        await append(client, act, row, said, known)
        subject = format_id("Article", row.id)
        await audit.record(client, act, "article.restore", subject, told(before), told(after))


async def name_revision(act: Act, article_id: int, number: int, name: str) -> int:
    """Calls a revision something; an empty name takes it away. Returns the revision's own number
    among all."""
    async with change(act, EDIT) as client:
        known = text.line(name, path=("name",), longest=LONGEST_NAME, required=False)
        row = await own_locked(client, act, EDIT, Article, article_id, visible)
        check_number(number, row.head_number)
        numbered = ArticleRevision.filter(article_id=row.id, number=number)
        revision = await numbered.using_db(client).get()
        before = await _call(client, act, revision, known)
        subject = format_id("ArticleRevision", revision.id)
        await audit.record(
            client, act, "article.name_revision", subject, {"name": before}, {"name": known}
        )
        return int(revision.id)


async def _call(client: BaseDBAsyncClient, act: Act, revision: ArticleRevision, name: str) -> str:
    """Returns what it was called before."""
    names = RevisionName.filter(revision_id=revision.id).using_db(client)
    called = await names.get_or_none()
    await names.delete()
    if name:
        await RevisionName.create(
            using_db=client, revision_id=revision.id, name=name, named_at=act.now
        )
    return called.name if called else ""
