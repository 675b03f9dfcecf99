"""What the checks of a revision found: kept with its run, and let stand with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, missing
from domain.ids import format_id
from domain.permissions import Permission
from domain.problems import Conflict, Invalid
from domain.reviews.actions.running import Run, acting, actor_of, note, seen
from domain.reviews.checks.steps import CheckKind, Finding
from domain.reviews.models import ReviewFinding
from domain.reviews.rules import EntryKind
from domain.reviews.states import Entry

MOST_AT_ONCE = 100
LONGEST_REASON = 1_000
Key = tuple[str, str, str]


async def keep(
    client: BaseDBAsyncClient, act: Act, run: Run, findings: Iterable[Finding], revision: int
) -> None:
    """What was overridden in an earlier revision, and is found again, stays so."""
    rows = await ReviewFinding.filter(review_id=run.row.id).using_db(client).order_by("id")
    known = {_key(row) for row in rows if row.revision == revision}
    overridden = {_key(row): row for row in rows if row.overridden_at is not None}
    new = [finding for finding in findings if finding.key not in known]
    made = [_row(act, run, finding, revision, overridden.get(finding.key)) for finding in new]
    await ReviewFinding.bulk_create(made, using_db=client)


def _key(row: ReviewFinding) -> Key:
    return row.check_kind.value, row.block, row.excerpt


def _row(
    act: Act, run: Run, finding: Finding, revision: int, before: ReviewFinding | None
) -> ReviewFinding:
    return ReviewFinding(
        review_id=run.row.id,
        revision=revision,
        check_kind=finding.check,
        block=finding.block,
        excerpt=finding.excerpt,
        message=finding.message[:300],
        suggestion=finding.suggestion,
        created_at=act.now,
        overridden_at=before.overridden_at if before else None,
        overridden_by=before.overridden_by if before else "",
        reason=before.reason if before else "",
    )


async def require_none_open(client: BaseDBAsyncClient, run: Run) -> None:
    """Raises Conflict while the revision under review has findings that nobody let stand, or links
    that nobody asked."""
    wants_links = CheckKind.DEAD_LINK in run.row.checks
    if wants_links and run.row.links_checked != run.standing.revision:
        raise Conflict(
            "its links were not asked yet: a worker does so within seconds",
            path=("id",),
            code="LINKS_PENDING",
        )
    open_ = ReviewFinding.filter(
        review_id=run.row.id, revision=run.standing.revision, overridden_at=None
    )
    count = await open_.using_db(client).count()
    if count:
        raise Conflict(
            f"{count} findings of the checks are open: correct them, or override them",
            path=("id",),
            code="OPEN_FINDINGS",
        )


async def override(act: Act, ids: Sequence[int], reason: str) -> int:
    """Findings of one run that are to stand as they are, by who may act in its present stage. Kept
    in its trail. Returns the run's number."""
    async with change(act, Permission.REVIEW) as client:
        said = text.prose(reason, path=("reason",), longest=LONGEST_REASON, required=True)
        if not 1 <= len(ids) <= MOST_AT_ONCE:
            raise Invalid(f"there are 1 to {MOST_AT_ONCE} at once", path=("ids",))
        rows = await ReviewFinding.filter(id__in=list(ids)).using_db(client).order_by("id")
        if len(rows) != len(set(ids)) or len({row.review_id for row in rows}) != 1:
            raise missing("ids", "finding of one review")
        run = await seen(client, act, rows[0].review_id)
        if any(row.overridden_at or row.revision != run.standing.revision for row in rows):
            raise Conflict("not open any more", path=("ids",), code="WRONG_STATUS")
        await _note(client, act, run, rows, said)
        changed = ReviewFinding.filter(id__in=[row.id for row in rows]).using_db(client)
        await changed.update(overridden_at=act.now, overridden_by=act.viewer.name, reason=said)
        after = {"findings": [row.id for row in rows], "reason": said}
        subject = format_id("Review", run.row.id)
        await audit.record(client, act, "review.override", subject, after=after)
        return int(run.row.id)


async def _note(
    client: BaseDBAsyncClient, act: Act, run: Run, rows: Sequence[ReviewFinding], reason: str
) -> None:
    entry = Entry(
        kind=EntryKind.OVERRIDDEN,
        at=act.now,
        revision=run.standing.revision,
        actor=actor_of(act.viewer),
        people=await acting(client, act, run),
        stage=run.standing.stage,
    )
    remarks = [{"block": row.block, "text": f"{row.message} {row.excerpt}".strip()} for row in rows]
    await note(client, act, run, entry, opinion=reason, remarks=remarks)


async def keep_dead_links(
    client: BaseDBAsyncClient, act: Act, run: Run, revision: int, dead: Sequence[tuple[str, str]]
) -> None:
    """dead: block and address. The revision's links count as asked from now on."""
    found = [
        Finding(
            check=CheckKind.DEAD_LINK,
            message="the address does not answer, or says there is nothing",
            block=block,
            excerpt=link[:300],
        )
        for block, link in dead
    ]
    await keep(client, act, run, found, revision)
    run.row.links_checked = revision
    await run.row.save(using_db=client, update_fields=["links_checked"])
