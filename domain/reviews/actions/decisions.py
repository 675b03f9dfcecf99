"""A stage is decided, a review taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import may_at, require_at
from domain.ids import format_id
from domain.permissions import Permission
from domain.problems import Forbidden, Invalid
from domain.reviews.actions.findings import require_none_open
from domain.reviews.actions.remarks import Remark, checked, require_blocks
from domain.reviews.actions.running import Run, acting, actor_of, note, seen
from domain.reviews.people import people_of
from domain.reviews.rules import EntryKind
from domain.reviews.states import Entry, People, step

LONGEST_OPINION = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """approves: else it is sent back. revision: the one that was read."""

    approves: bool
    revision: int
    opinion: str = ""
    remarks: Sequence[Remark] = ()


async def decide(act: Act, review_id: int, decision: Decision) -> None:
    """Raises Conflict when it is not the viewer's turn, or what they read has changed."""
    async with change(act, Permission.REVIEW) as client:
        run = await seen(client, act, review_id)
        people = await acting(client, act, run)
        entry = _entry(act, run, decision, people)
        run = await decided(client, act, run, entry, decision)
        after = {"stage": entry.stage, "revision": entry.revision, "state": run.row.state}
        action = "review.approve" if decision.approves else "review.reject"
        await audit.record(client, act, action, format_id("Review", review_id), after=after)


def _entry(act: Act, run: Run, decision: Decision, people: People) -> Entry:
    return Entry(
        kind=EntryKind.APPROVED if decision.approves else EntryKind.REJECTED,
        at=act.now,
        revision=decision.revision,
        actor=actor_of(act.viewer),
        people=people,
        stage=run.standing.stage,
    )


async def decided(
    client: BaseDBAsyncClient,
    act: Act,
    run: Run,
    entry: Entry,
    decision: Decision,
    *,
    name: str = "",
) -> Run:
    """Notes a decision, whoever made it. Raises Invalid, Conflict."""
    opinion = text.prose(decision.opinion, path=("opinion",), longest=LONGEST_OPINION)
    stage = None if run.standing.stage is None else run.standing.stages[run.standing.stage]
    if not opinion and (not decision.approves or (stage and stage.opinion_required)):
        what = "this stage asks for an opinion" if decision.approves else "say why it is sent back"
        raise Invalid(what, path=("opinion",), code="EMPTY")
    remarks = checked(decision.remarks)
    step(run.standing, entry)
    await require_blocks(client, run.row, decision.revision, remarks)
    if decision.approves:
        await require_none_open(client, run)
    return await note(client, act, run, entry, opinion=opinion, remarks=remarks, name=name)


async def withdraw(act: Act, review_id: int, version: int, reason: str) -> None:
    """By who wrote or submitted it, or who manages reviews there. A new run begins anew."""
    async with change(act, Permission.EDIT_DRAFT) as client:
        run = await seen(client, act, review_id, version)
        place = run.row.organization_id
        await require_at(client, act, Permission.EDIT_DRAFT, place, "id")
        people = await people_of(client, act.viewer, place, now=act.now)
        wrote = bool(people & run.standing.writers)
        if not wrote and not await may_at(client, act.viewer, Permission.MANAGE_REVIEWS, place):
            raise Forbidden("who submitted it, or an administrator, withdraws it", path=("id",))
        entry = Entry(
            kind=EntryKind.WITHDRAWN,
            at=act.now,
            revision=run.standing.revision,
            actor=actor_of(act.viewer),
            people=people,
        )
        said = text.prose(reason, path=("reason",), longest=LONGEST_OPINION)
        await note(client, act, run, entry, opinion=said)
        after: dict[str, Any] = {"state": run.row.state, "reason": said}
        subject = format_id("Review", review_id)
        await audit.record(client, act, "review.withdraw", subject, after=after)
