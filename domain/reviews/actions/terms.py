"""The lists of words that checks look for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, locked, must_exist
from domain.gates import own, require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission
from domain.reviews.access import visible_workflows
from domain.reviews.checks.documents import Term, TermKind
from domain.reviews.checks.term_lists import checked
from domain.reviews.models import ReviewTerm

MANAGE = Permission.MANAGE_REVIEWS
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('review_terms', 0))"
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
    """organization_id: for it and all below it; None: everywhere. Raises Conflict for a word that
    is there already."""
    async with change(act, MANAGE) as client:
        term = checked(new.kind, new.word, new.suggestion)
        await _require_place(client, act, new.organization_id)
        return await _add(client, act, term, new.organization_id)


async def _require_place(client: BaseDBAsyncClient, act: Act, organization_id: int | None) -> None:
    await must_exist(client, Organization, organization_id, "organization_id")
    await require_at(client, act, MANAGE, organization_id, "organization_id")


async def _add(client: BaseDBAsyncClient, act: Act, term: Term, organization_id: int | None) -> int:
    values = {**asdict(term), "organization_id": organization_id}
    row = await ReviewTerm.create(using_db=client, created_at=act.now, **values)
    subject = format_id("ReviewTerm", row.id)
    await audit.record(client, act, "review_term.add", subject, after=values)
    return int(row.id)


@dataclass(frozen=True, slots=True)
class Taken:
    """Of a list: how many terms are new, have another suggestion now, and stood there as they
    are."""

    added: int
    changed: int
    known: int


async def take(
    act: Act, terms: Sequence[Term], organization_id: int | None, *, dry_run: bool = False
) -> Taken:
    """A list of a place in one transaction, which no other list of any place comes between: the
    same again changes nothing. What stands there and not in the list stays. dry_run: only tells."""
    async with change(act, MANAGE) as client:
        await _require_place(client, act, organization_id)
        await client.execute_query(ALONE)
        rows = await ReviewTerm.filter(organization_id=organization_id).using_db(client)
        there = {(row.kind, row.word): row for row in rows}
        new = [term for term in terms if (term.kind, term.word) not in there]
        old = [
            (row, term) for term in terms if (row := there.get((term.kind, term.word))) is not None
        ]
        changed = [(row, term) for row, term in old if row.suggestion != term.suggestion]
        if not dry_run:
            for term in new:
                await _add(client, act, term, organization_id)
            for row, term in changed:
                await _suggest(client, act, row, term.suggestion)
        return Taken(len(new), len(changed), len(old) - len(changed))


async def _suggest(client: BaseDBAsyncClient, act: Act, row: ReviewTerm, suggestion: str) -> None:
    before, row.suggestion = row.suggestion, suggestion
    await row.save(using_db=client, update_fields=["suggestion"])
    subject = format_id("ReviewTerm", row.id)
    told = {"word": row.word, "suggestion": suggestion}
    await audit.record(client, act, "review_term.change", subject, {"suggestion": before}, told)


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
