"""What is due and not done is marked and told of."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import SYSTEM, Act
from domain.database import transaction
from domain.ids import format_id
from domain.reviews.actions.running import Run, held, note
from domain.reviews.models import Review
from domain.reviews.rules import EntryKind, ReviewState
from domain.reviews.states import Entry
from domain.webhooks.outbox import emit
from domain.webhooks.rules import WebhookEventType

MOST = 200
"""At once; what is left is due still at the next time."""


async def escalate(now: datetime) -> int:
    """Marks the stages that are overdue, each once. Returns how many."""
    due = (
        await Review.filter(state=ReviewState.RUNNING, due_at__lte=now, overdue_at=None)
        .order_by("due_at", "id")
        .limit(MOST)
    )
    marked = [await _mark(row.id, now) for row in due]
    return sum(marked)


async def _mark(number: int, now: datetime) -> bool:
    act = Act(SYSTEM, now)
    async with transaction() as client:
        run = await held(client, number)
        due_at = run.standing.due_at
        if due_at is None or due_at > now or run.standing.is_overdue:
            return False
        entry = Entry(
            kind=EntryKind.OVERDUE,
            at=now,
            revision=run.standing.revision,
            actor=SYSTEM.name,
            stage=run.standing.stage,
        )
        await _tell(client, act, await note(client, act, run, entry))
        return True


async def _tell(client: BaseDBAsyncClient, act: Act, run: Run) -> None:
    standing, row = run.standing, run.row
    assert standing.stage is not None
    assert standing.due_at is not None
    told = {
        "review": format_id("Review", row.id),
        "subject": format_id(row.subject_kind.value.capitalize(), row.subject_id),
        "organization": format_id("Organization", row.organization_id),
        "stage": standing.stages[standing.stage].title,
        "claimedBy": sorted(standing.claims),
        "dueAt": standing.due_at.isoformat(),
    }
    await emit(client, WebhookEventType.REVIEW_OVERDUE, told, act=act)
