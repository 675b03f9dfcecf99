"""Workflows, reviews in every state with all that hangs on them, and lists of words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.access import Role
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.models import (
    Review,
    ReviewAssignment,
    ReviewEntry,
    ReviewFinding,
    ReviewInvitation,
    ReviewTerm,
    ReviewWorkflow,
)
from domain.reviews.rules import (
    OPEN_STATES,
    AfterChange,
    EntryKind,
    ReviewState,
    StageKind,
    StagePlace,
    SubjectOfReview,
)
from tests.oracle.filling import CANARY, NAMES, TEXTS, Filling

TITLES = (f"{CANARY} 初审", f"{CANARY} 复审", "")
ROLES = (Role.REVIEWER, Role.PUBLISHER, Role.ADMINISTRATOR)
ACTORS = ("User:1", "User:6", "Token:4", f"User:{CANARY}")
"""Those who ask stand among them, so that some of it is theirs and some is barred to them."""

ARTICLE = SubjectOfReview.ARTICLE


async def add_reviews(filling: Filling) -> None:
    workflows = [await _workflow(filling, number) for number in range(5)]
    for at, organization in enumerate(filling.organizations[1::4]):
        await ReviewAssignment.create(
            organization=organization,
            subject_kind=ARTICLE,
            workflow=workflows[at % len(workflows)],
            created_at=filling.moment(),
        )
    for number in range(44):
        await _review(filling, number, filling.one(workflows))
    for number in range(12):
        await _term(filling, number)


def _stages(filling: Filling, number: int) -> list[dict[str, Any]]:
    places = list(StagePlace)
    return [
        {
            "kind": filling.one(list(StageKind)),
            "title": TITLES[at],
            "role": filling.one(ROLES),
            "place": place,
            "organization_id": filling.one(filling.organizations).id
            if place is StagePlace.GIVEN
            else None,
            "approvals": filling.one([1, 2]),
            "due_hours": filling.one([None, 8]),
            "opinion_required": filling.one([True, False]),
            "after_change": filling.one(list(AfterChange)),
            "shares_people": at > 0,
        }
        for at, place in enumerate(places[: 1 + number % 3])
    ]


async def _workflow(filling: Filling, number: int) -> ReviewWorkflow:
    return await ReviewWorkflow.create(
        id=next(filling.hidden),
        organization=filling.maybe(filling.organizations),
        name=f"{CANARY} {NAMES[1 + number % 3]}",
        subject_kind=ARTICLE,
        stages=_stages(filling, number),
        allows_urgent=number % 2 == 0,
        checks=filling.random.sample(list(CheckKind), number),
        version=1 + number,
        created_at=filling.moment(),
        updated_at=filling.moment(),
    )


async def _review(filling: Filling, number: int, workflow: ReviewWorkflow) -> None:
    """An article has one that is open; others of it are over."""
    states = list(ReviewState)
    over = [state for state in states if state not in OPEN_STATES]
    is_first = number < len(filling.articles)
    state = states[number % len(states)] if is_first else filling.one(over)
    article = filling.articles[number] if is_first else filling.one(filling.articles)
    stages = _stages(filling, number)
    is_running = state is ReviewState.RUNNING
    review = await Review.create(
        id=next(filling.hidden),
        subject_kind=ARTICLE,
        subject_id=article.id,
        organization_id=article.organization_id,
        workflow=workflow,
        workflow_version=1 + number % 3,
        stages=stages,
        state=state,
        revision=1 + number % 3,
        stage=number % len(stages) if is_running else None,
        stage_role=filling.one(ROLES) if is_running else None,
        stage_organization=filling.maybe(filling.organizations) if is_running else None,
        claimed_by=filling.random.sample(ACTORS, number % 3) if is_running else [],
        free_places=filling.one([0, 1]) if is_running else 0,
        barred=filling.random.sample(ACTORS, filling.one([0, 0, 1])),
        entered_at=filling.moment(),
        due_at=filling.moment() if filling.one([True, False]) else None,
        overdue_at=filling.moment() if number % 4 == 0 else None,
        is_urgent=number % 5 == 0,
        checks=filling.random.sample(list(CheckKind), number % 4),
        version=1 + number,
        created_at=filling.moment(),
        updated_at=filling.moment(),
    )
    await _trail(filling, review, number)


async def _trail(filling: Filling, review: Review, number: int) -> None:
    said = f"{CANARY} {filling.one(TEXTS)}"
    kinds = list(EntryKind)
    for at in range(number % 4):
        await ReviewEntry.create(
            id=next(filling.hidden),
            review=review,
            kind=kinds[(number + at) % len(kinds)],
            stage=filling.one([None, 0, 0]),
            revision=1 + at,
            actor_id=filling.one(ACTORS),
            actor=CANARY,
            opinion=said,
            remarks=[{"block": CANARY, "text": said}, {"block": "", "text": CANARY}][: at % 3],
            at=filling.moment(),
        )
        await ReviewFinding.create(
            id=next(filling.hidden),
            review=review,
            revision=filling.one([review.revision, 1]),
            check_kind=filling.one(list(CheckKind)),
            block=CANARY,
            excerpt=said,
            message=CANARY,
            suggestion=filling.one(["", CANARY]),
            created_at=filling.moment(),
            overridden_at=filling.moment() if at == 1 else None,
            overridden_by=CANARY if at == 1 else "",
            reason=CANARY if at == 1 else "",
        )
    for at in range(number % 3):
        created_at = filling.moment()
        await ReviewInvitation.create(
            id=next(filling.hidden),
            review=review,
            stage=at,
            revision=1 + at,
            name=f"{CANARY} {filling.one(NAMES)}",
            sha256=(number * 10 + at).to_bytes(32, "big"),
            invited_by=CANARY,
            created_at=created_at,
            expires_at=created_at + timedelta(days=2),
            used_at=filling.moment() if at else None,
        )


async def _term(filling: Filling, number: int) -> None:
    await ReviewTerm.create(
        id=next(filling.hidden),
        organization=filling.maybe(filling.organizations),
        kind=list(TermKind)[number % len(TermKind)],
        word=f"{CANARY} {filling.one(NAMES)}",
        suggestion=f"{CANARY} {number}",
        created_at=filling.moment(),
    )
