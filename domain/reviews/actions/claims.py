"""Taking a stage on, and giving it back."""

from __future__ import annotations

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import may_at
from domain.ids import format_id
from domain.permissions import Permission
from domain.problems import Forbidden
from domain.reviews.actions.running import acting, actor_of, note, seen
from domain.reviews.rules import EntryKind
from domain.reviews.states import Entry


async def claim(act: Act, review_id: int, version: int) -> None:
    """Others see that the viewer is at it, and cannot decide in their place."""
    async with change(act, Permission.REVIEW) as client:
        run = await seen(client, act, review_id, version)
        entry = Entry(
            kind=EntryKind.CLAIMED,
            at=act.now,
            revision=run.standing.revision,
            actor=actor_of(act.viewer),
            people=await acting(client, act, run),
            stage=run.standing.stage,
        )
        await note(client, act, run, entry)
        subject = format_id("Review", review_id)
        await audit.record(client, act, "review.claim", subject, after={"stage": entry.stage})


async def release(act: Act, review_id: int, version: int, holder: str | None = None) -> None:
    """holder: id of somebody else, whose claim only those take back who manage reviews there."""
    async with change(act, Permission.REVIEW) as client:
        run = await seen(client, act, review_id, version)
        actor = actor_of(act.viewer)
        manages = await may_at(
            client, act.viewer, Permission.MANAGE_REVIEWS, run.row.organization_id
        )
        if holder not in (None, actor) and not manages:
            raise Forbidden("only an administrator takes another's claim back", path=("holder_id",))
        entry = Entry(
            kind=EntryKind.RELEASED,
            at=act.now,
            revision=run.standing.revision,
            actor=holder or actor,
            stage=run.standing.stage,
        )
        await note(client, act, run, entry)
        subject = format_id("Review", review_id)
        await audit.record(client, act, "review.release", subject, after={"of": entry.actor})
