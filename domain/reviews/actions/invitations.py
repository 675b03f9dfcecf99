"""Somebody without an account decides one stage of one revision, once, by a secret link."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import ANONYMOUS, Act
from domain.audit import actions as audit
from domain.changes import change
from domain.database import transaction
from domain.ids import format_id
from domain.permissions import Permission
from domain.problems import Invalid, NotFound
from domain.reviews.actions.decisions import Decision, decided
from domain.reviews.actions.running import Run, acting, actor_of, held, note, replayed, seen
from domain.reviews.models import Review, ReviewInvitation
from domain.reviews.people import guest
from domain.reviews.rules import EntryKind, Stage
from domain.reviews.states import Entry
from domain.users.rules import SECRET_BYTES, fingerprint, secret_text

LONGEST_HOURS = 24 * 14


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """name: whom, as the trail shows them. hours: how long the link holds."""

    review_id: int
    version: int
    name: str
    hours: int = 48


class Handed(NamedTuple):
    """A link's text, shown this once."""

    invitation_id: int
    secret: str
    expires_at: datetime


class Shown(NamedTuple):
    """What the page behind a link is about."""

    invitation: ReviewInvitation
    review: Review
    stage: Stage


async def invite(
    act: Act, new: NewInvitation, *, random: Callable[[int], bytes] = secrets.token_bytes
) -> Handed:
    """By who may act in the present stage themselves: whoever uses the link counts as them too, so
    that nobody acts in two stages by a link."""
    async with change(act, Permission.REVIEW) as client:
        run = await seen(client, act, new.review_id, new.version)
        name = text.line(new.name, path=("name",), longest=100)
        if not 1 <= new.hours <= LONGEST_HOURS:
            raise Invalid(f"a link holds 1 to {LONGEST_HOURS} hours", path=("hours",))
        people = await acting(client, act, run) | {guest(name)}
        entry = Entry(
            kind=EntryKind.INVITED,
            at=act.now,
            revision=run.standing.revision,
            actor=actor_of(act.viewer),
            people=people,
            stage=run.standing.stage,
        )
        await note(client, act, run, entry, opinion=name)
        secret = secret_text(random(SECRET_BYTES))
        row = await ReviewInvitation.create(
            using_db=client,
            review_id=run.row.id,
            stage=entry.stage,
            revision=entry.revision,
            name=name,
            sha256=fingerprint(secret),
            invited_by=act.viewer.name,
            people=sorted(people),
            created_at=act.now,
            expires_at=act.now + timedelta(hours=new.hours),
        )
        after = {"name": name, "stage": entry.stage, "expires_at": row.expires_at}
        subject = format_id("Review", run.row.id)
        await audit.record(client, act, "review.invite", subject, after=after)
        return Handed(row.id, secret, row.expires_at)


async def shown(secret: str, *, now: datetime) -> Shown:
    """Looking uses nothing up. Raises NotFound for a link that is unknown, used, expired, or whose
    stage is over or revision changed: they read the same."""
    async with transaction() as client:
        row = await _open(client, secret, now=now)
        review = await Review.get(id=row.review_id, using_db=client)
        run = await replayed(client, review)
        return Shown(row, review, _stage(run, row))


async def use(secret: str, decision: Decision, *, now: datetime, request_id: str) -> None:
    """Decides the stage. Raises NotFound like `shown`, Invalid and Conflict for the decision: then
    the link stays good."""
    async with transaction() as client:
        row = await _open(client, secret, now=now)
        run = await held(client, row.review_id)
        _stage(run, row)
        used = (
            await ReviewInvitation.filter(id=row.id, used_at=None, voided_at=None)
            .using_db(client)
            .update(used_at=now)
        )
        if not used:
            raise no_link()
        act = Act(ANONYMOUS, now, request_id)
        actor = format_id("ReviewInvitation", row.id)
        entry = Entry(
            kind=EntryKind.APPROVED if decision.approves else EntryKind.REJECTED,
            at=now,
            revision=row.revision,
            actor=actor,
            people=frozenset({actor, *row.people}),
            stage=row.stage,
        )
        run = await decided(client, act, run, entry, decision, name=row.name)
        after = {"stage": row.stage, "state": run.row.state, "invitation": actor, "name": row.name}
        action = "review.approve" if decision.approves else "review.reject"
        subject = format_id("Review", run.row.id)
        await audit.record(client, act, action, subject, after=after)


async def _open(client: BaseDBAsyncClient, secret: str, *, now: datetime) -> ReviewInvitation:
    hashed = fingerprint(secret)
    row = hashed and await ReviewInvitation.get_or_none(
        sha256=hashed, used_at=None, voided_at=None, using_db=client
    )
    if not row or row.expires_at <= now:
        raise no_link()
    return row


def _stage(run: Run, row: ReviewInvitation) -> Stage:
    """The stage the link is for, if it is still its turn and what is read is what was sent."""
    standing = run.standing
    if standing.stage != row.stage or standing.revision != row.revision:
        raise no_link()
    return standing.stages[row.stage]


def no_link() -> NotFound:
    return NotFound("this link opens nothing: it was used, or has expired", code="NO_LINK")
