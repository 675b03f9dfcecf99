"""The words of a review: stages, what happens to a run, where it stands; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.access import Role


class SubjectOfReview(StrEnum):
    """What is reviewed."""

    ARTICLE = "ARTICLE"


class StageKind(StrEnum):
    """审 or 校: of the content, or of its letters."""

    REVIEW = "REVIEW"
    PROOFREAD = "PROOFREAD"


class StagePlace(StrEnum):
    """At which organization a stage's role must be held. As roles hold below, one held further up
    does too."""

    SUBJECT = "SUBJECT"
    ABOVE = "ABOVE"
    GIVEN = "GIVEN"


class AfterChange(StrEnum):
    """What becomes of a stage's approvals when the subject changes afterwards."""

    KEEP = "KEEP"
    REPEAT = "REPEAT"
    REPEAT_UNLESS_CORRECTED = "REPEAT_UNLESS_CORRECTED"


class ReviewState(StrEnum):
    """RETURNED: sent back to who wrote it. PUBLISHED: it passed, and went public as it passed."""

    RUNNING = "RUNNING"
    RETURNED = "RETURNED"
    PASSED = "PASSED"
    WITHDRAWN = "WITHDRAWN"
    PUBLISHED = "PUBLISHED"


OPEN_STATES = frozenset({ReviewState.RUNNING, ReviewState.RETURNED, ReviewState.PASSED})
"""A subject has one run in these states at the most."""


class EntryKind(StrEnum):
    """What happened to a run: the lines of its trail."""

    SUBMITTED = "SUBMITTED"
    RESUBMITTED = "RESUBMITTED"
    REVISED = "REVISED"
    CLAIMED = "CLAIMED"
    RELEASED = "RELEASED"
    INVITED = "INVITED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    OVERRIDDEN = "OVERRIDDEN"
    OVERDUE = "OVERDUE"
    WITHDRAWN = "WITHDRAWN"
    PUBLISHED = "PUBLISHED"
    PUBLISHED_URGENTLY = "PUBLISHED_URGENTLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of a workflow.

    role: who may act in it, where `place` says; administrators there may too. organization_id: for
    GIVEN. approvals: by so many different people. due_hours: within which it should be over.
    shares_people: who acted in the stage before it may act in this one too; nobody acts in two
    stages otherwise.
    """

    kind: StageKind
    title: str
    role: Role
    place: StagePlace = StagePlace.SUBJECT
    organization_id: int | None = None
    approvals: int = 1
    due_hours: int | None = None
    opinion_required: bool = True
    after_change: AfterChange = AfterChange.REPEAT
    shares_people: bool = False


def circles(stages: tuple[Stage, ...]) -> tuple[int, ...]:
    """By stage, the number of its circle of people: nobody acts in two circles of one run."""
    found: list[int] = []
    for stage in stages:
        latest = found[-1] if found else 0
        found.append(latest if stage.shares_people else latest + 1)
    return tuple(found)
