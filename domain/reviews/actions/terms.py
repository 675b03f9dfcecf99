"""The lists of words that checks look for."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, locked, must_exist
from domain.gates import own, require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission
from domain.problems import Invalid
from domain.reviews.access import visible_workflows
from domain.reviews.checks.documents import Term, TermKind
from domain.reviews.models import ReviewTerm

MANAGE = Permission.MANAGE_REVIEWS
LONGEST = 100
HELD = """
SELECT t.kind, t.word, t.suggestion FROM review_term t
LEFT JOIN organization o ON o.id = t.organization_id
WHERE o.id IS NULL OR (SELECT path FROM organization WHERE id = $1) <@ o.path
ORDER BY t.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerm:
    """suggestion: what should stand instead; of a leader, the title, which they need."""

    kind: TermKind
    word: str
    suggestion: str = ""
    organization_id: int | None = None


async def add(act: Act, new: NewTerm) -> int:
    """organization_id: for it and all below it; None: everywhere."""
    async with change(act, MANAGE) as client:
        values = {
            "kind": new.kind,
            "word": text.line(new.word, path=("word",), longest=LONGEST),
            "suggestion": text.line(
                new.suggestion, path=("suggestion",), longest=LONGEST, required=False
            ),
            "organization_id": new.organization_id,
        }
        if new.kind is TermKind.LEADER and not values["suggestion"]:
            raise Invalid("a leader has a title", path=("suggestion",), code="EMPTY")
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(client, act, MANAGE, new.organization_id, "organization_id")
        row = await ReviewTerm.create(using_db=client, created_at=act.now, **values)
        subject = format_id("ReviewTerm", row.id)
        await audit.record(client, act, "review_term.add", subject, after=values)
        return int(row.id)


async def remove(act: Act, term_id: int) -> None:
    """Of what is found from now on."""
    async with change(act, MANAGE) as client:
        row = await locked(client, ReviewTerm, term_id)
        await own(client, act, MANAGE, row, row.organization_id, visible_workflows)
        await row.delete(using_db=client)
        before = {"kind": row.kind, "word": row.word, "suggestion": row.suggestion}
        subject = format_id("ReviewTerm", row.id)
        await audit.record(client, act, "review_term.remove", subject, before)


async def terms_at(client: BaseDBAsyncClient, organization_id: int) -> list[Term]:
    """Those that hold at an organization: its own, those of all above it, those of everybody."""
    rows = await client.execute_query_dict(HELD, [organization_id])
    return [
        Term(kind=TermKind(row["kind"]), word=row["word"], suggestion=row["suggestion"])
        for row in rows
    ]
