"""An article enters its review."""

from __future__ import annotations

from domain import text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.actions.checking import check
from domain.articles.actions.saving import said_by
from domain.articles.actions.subject import submitted
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import own_locked
from domain.ids import format_id
from domain.permissions import Permission
from domain.reviews.actions import submission as reviews

LONGEST_REASON = 1_000


async def submit_for_review(act: Act, article_id: int, version: int, reason: str = "") -> int:
    """Returns the review's number. reason: what the reviewers should know, e.g. what was changed.

    Raises Conflict where no workflow holds, or it is being reviewed already.
    """
    edit = Permission.EDIT_DRAFT
    async with change(act, edit) as client:
        row = await own_locked(client, act, edit, Article, article_id, visible, version)
        subject = await submitted(client, row)
        why = text.prose(reason, path=("reason",), longest=LONGEST_REASON)
        run = await reviews.submit(client, act, subject, why)
        said = await said_by(client, row.id, row.head_number)
        await check(client, act, run, row.id, said, subject.revision)
        after = {"review": format_id("Review", run.row.id), "revision": run.standing.revision}
        audited = format_id("Article", row.id)
        await audit.record(client, act, "article.submit_for_review", audited, after=after)
        return int(run.row.id)
