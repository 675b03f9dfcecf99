"""A run as a pure function of its stages and its entries: `step` takes one entry more or refuses
it, `replay` takes all. Nothing else decides where a run stands.

What holds of every run, whatever was tried (tests/test_review_states.py):
- a run that passed has each stage's approvals, by different people in each circle of stages;
- no approval that stands was given before one of an earlier stage that stands;
- nobody who wrote or submitted it, and nobody counted as one of them, has approved it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from domain.problems import Conflict
from domain.reviews.rules import (
    OPEN_STATES,
    AfterChange,
    EntryKind,
    ReviewState,
    Stage,
    circles,
)

Value = TypeVar("Value")
People = frozenset[str]
"""One person as everybody they count as: an account, the person it belongs to, whoever handed a
role on to them. Two of these are the same person when they have one in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. actor: who holds a claim, or released one. stage: of which it
    speaks, where it speaks of one. revision: the subject's, as it was then."""

    kind: EntryKind
    at: datetime
    revision: int
    actor: str = ""
    people: People = frozenset()
    stage: int | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    people: People
    revision: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands.

    stage: whose turn it is, while it is RUNNING. approvals: those that stand, by stage.
    acted: everybody who ever decided or corrected in a stage. writers: everybody who wrote it.
    claims: who took the present stage on, by actor. entered_at: since when it is this stage's turn.
    urgent_revision: the one that went public before its review was over.
    """

    stages: tuple[Stage, ...]
    state: ReviewState
    revision: int
    stage: int | None
    entered_at: datetime
    approvals: tuple[tuple[Approval, ...], ...]
    acted: tuple[People, ...]
    writers: People
    claims: Mapping[str, People] = field(default_factory=dict)
    urgent_revision: int | None = None
    is_overdue: bool = False

    @property
    def due_at(self) -> datetime | None:
        """When the present stage should be over."""
        if self.state is not ReviewState.RUNNING or self.stage is None:
            return None
        hours = self.stages[self.stage].due_hours
        return None if hours is None else self.entered_at + timedelta(hours=hours)

    @property
    def everybody_acted(self) -> People:
        return frozenset().union(*self.acted)


def replay(stages: tuple[Stage, ...], entries: Iterable[Entry]) -> Standing:
    """Of at least one entry, which submits. Raises Conflict for a history that cannot have been."""
    first, *rest = entries
    standing = begin(stages, first)
    for entry in rest:
        standing = step(standing, entry)
    return standing


def begin(stages: tuple[Stage, ...], entry: Entry) -> Standing:
    if entry.kind is not EntryKind.SUBMITTED:
        raise refused("a review begins when it is submitted", "WRONG_STATUS")
    return Standing(
        stages=stages,
        state=ReviewState.RUNNING,
        revision=entry.revision,
        stage=0,
        entered_at=entry.at,
        approvals=((),) * len(stages),
        acted=(frozenset(),) * len(stages),
        writers=entry.people,
    )


def step(standing: Standing, entry: Entry) -> Standing:
    """Raises Conflict when this cannot happen now."""
    take = STEPS.get(entry.kind)
    if take is None:
        raise refused("the review was submitted already", "WRONG_STATUS")
    return take(standing, entry)


def refused(message: str, code: str) -> Conflict:
    return Conflict(message, path=("id",), code=code)


def check_may_act(standing: Standing, people: People) -> int:
    """The present stage, for somebody who may act in it. Raises Conflict."""
    if standing.state is not ReviewState.RUNNING or standing.stage is None:
        raise refused(f"the review is {standing.state.value}, not RUNNING", "WRONG_STATUS")
    if people & standing.writers:
        raise refused("who wrote or submitted it does not review it", "WROTE_IT")
    circle = circles(standing.stages)
    for index, others in enumerate(standing.acted):
        if circle[index] != circle[standing.stage] and people & others:
            title = standing.stages[index].title
            raise refused(f"nobody acts in two stages; you acted in “{title}”", "ACTED_BEFORE")
    if any(people & approval.people for approval in standing.approvals[standing.stage]):
        raise refused("you have approved this stage already", "ACTED_BEFORE")
    return standing.stage


def _acting(standing: Standing, entry: Entry) -> int:
    stage = check_may_act(standing, entry.people)
    if entry.stage != stage:
        raise refused("it is another stage's turn", "WRONG_STAGE")
    if entry.revision != standing.revision:
        raise refused(
            f"revision {standing.revision} is under review, you saw {entry.revision}",
            "STALE_REVISION",
        )
    return stage


def _claimed(standing: Standing, entry: Entry) -> Standing:
    stage = _acting(standing, entry)
    if entry.actor in standing.claims:
        raise refused("you have claimed it already", "CLAIMED")
    _check_free(standing, entry, stage)
    return replace(standing, claims={**standing.claims, entry.actor: entry.people})


def _check_free(standing: Standing, entry: Entry, stage: int) -> None:
    taken = len(standing.approvals[stage]) + len(_without(standing, entry.people))
    if taken >= standing.stages[stage].approvals:
        raise refused("others have claimed this stage", "CLAIMED")


def _released(standing: Standing, entry: Entry) -> Standing:
    if entry.actor not in standing.claims:
        raise refused("nobody of that name has claimed it", "NOT_CLAIMED")
    return replace(standing, claims=_without(standing, standing.claims[entry.actor]))


def _without(standing: Standing, people: People) -> dict[str, People]:
    """The claims of others."""
    return {actor: others for actor, others in standing.claims.items() if not others & people}


def _approved(standing: Standing, entry: Entry) -> Standing:
    stage = _acting(standing, entry)
    _check_free(standing, entry, stage)
    given = (*standing.approvals[stage], Approval(entry.people, entry.revision, entry.at))
    approvals = _put(standing.approvals, stage, given)
    after = replace(
        _having_acted(standing, stage, entry.people),
        approvals=approvals,
        claims=_without(standing, entry.people),
    )
    return _turned(after, entry.at)


def _rejected(standing: Standing, entry: Entry) -> Standing:
    stage = _acting(standing, entry)
    _check_free(standing, entry, stage)
    return replace(
        _having_acted(standing, stage, entry.people),
        state=ReviewState.RETURNED,
        stage=None,
        claims={},
        is_overdue=False,
    )


def _having_acted(standing: Standing, stage: int, people: People) -> Standing:
    return replace(standing, acted=_put(standing.acted, stage, standing.acted[stage] | people))


def _put(values: tuple[Value, ...], index: int, value: Value) -> tuple[Value, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _turned(standing: Standing, at: datetime) -> Standing:
    """It is the turn of the first stage that lacks approvals; with none it has passed."""
    lacking = (
        index
        for index, stage in enumerate(standing.stages)
        if len(standing.approvals[index]) < stage.approvals
    )
    stage = next(lacking, None)
    if stage is None:
        is_public = standing.urgent_revision == standing.revision
        state = ReviewState.PUBLISHED if is_public else ReviewState.PASSED
        return replace(standing, state=state, stage=None, claims={}, is_overdue=False)
    if stage == standing.stage:
        return replace(standing, state=ReviewState.RUNNING)
    return replace(
        standing,
        state=ReviewState.RUNNING,
        stage=stage,
        entered_at=at,
        claims={},
        is_overdue=False,
    )


def _resubmitted(standing: Standing, entry: Entry) -> Standing:
    """Goes on where it was sent back; or, having passed, again, because it changed since."""
    if standing.state not in (ReviewState.RETURNED, ReviewState.PASSED):
        raise refused(f"the review is {standing.state.value}", "WRONG_STATUS")
    if entry.revision == standing.revision and standing.state is ReviewState.PASSED:
        raise refused("this revision has passed already", "WRONG_STATUS")
    if entry.people & standing.everybody_acted:
        raise refused("who reviewed it does not submit it", "ACTED_BEFORE")
    written = replace(standing, writers=standing.writers | entry.people)
    return _turned(_changed(written, entry.revision, is_correction=False), entry.at)


def _revised(standing: Standing, entry: Entry) -> Standing:
    """The subject changed: by who writes it, or by a reviewer who corrects it, which counts as
    acting in the stage. Where it is nobody's turn, only who wrote it is kept."""
    if standing.state not in OPEN_STATES:
        raise refused(f"the review is {standing.state.value}", "WRONG_STATUS")
    claiming = entry.people & frozenset().union(*standing.claims.values())
    acted = standing.everybody_acted
    if entry.people & (claiming | acted) and not entry.people & standing.writers:
        return _corrected(standing, entry, is_claimant=bool(claiming))
    written = replace(standing, writers=standing.writers | (entry.people - acted))
    if standing.stage is None:
        return written
    return _turned(_changed(written, entry.revision, is_correction=False), entry.at)


def _corrected(standing: Standing, entry: Entry, *, is_claimant: bool) -> Standing:
    if standing.stage is None:
        return standing
    corrected = standing
    if is_claimant:
        corrected = _having_acted(standing, standing.stage, entry.people)
    return _turned(_changed(corrected, entry.revision, is_correction=True), entry.at)


def _changed(standing: Standing, revision: int, *, is_correction: bool) -> Standing:
    """Approvals that do not outlive the change fall, and with them those of every later stage."""
    if revision == standing.revision:
        return standing
    lasting = {AfterChange.KEEP}
    if is_correction:
        lasting.add(AfterChange.REPEAT_UNLESS_CORRECTED)
    falls = (
        index
        for index, stage in enumerate(standing.stages)
        if standing.approvals[index] and stage.after_change not in lasting
    )
    first = next(falls, len(standing.stages))
    kept = tuple(given if index < first else () for index, given in enumerate(standing.approvals))
    return replace(standing, revision=revision, approvals=kept)


def _withdrawn(standing: Standing, entry: Entry) -> Standing:
    if standing.state not in OPEN_STATES:
        raise refused(f"the review is {standing.state.value}", "WRONG_STATUS")
    if standing.urgent_revision is not None:
        raise refused("what went public before its review is reviewed to the end", "URGENT")
    return replace(standing, state=ReviewState.WITHDRAWN, stage=None, claims={}, is_overdue=False)


def _published_urgently(standing: Standing, entry: Entry) -> Standing:
    if standing.state not in (ReviewState.RUNNING, ReviewState.RETURNED):
        raise refused(f"the review is {standing.state.value}", "WRONG_STATUS")
    if entry.revision != standing.revision:
        raise refused(f"revision {standing.revision} is under review", "STALE_REVISION")
    return replace(standing, urgent_revision=entry.revision)


def _published(standing: Standing, entry: Entry) -> Standing:
    if standing.state is not ReviewState.PASSED or entry.revision != standing.revision:
        raise refused(
            f"the review of revision {standing.revision} is {standing.state.value}, and this is"
            f" revision {entry.revision}",
            "NOT_REVIEWED",
        )
    return replace(standing, state=ReviewState.PUBLISHED)


def _noted(standing: Standing, entry: Entry) -> Standing:
    """By somebody who may act in the stage; nothing turns."""
    _acting(standing, entry)
    return standing


def _overdue(standing: Standing, entry: Entry) -> Standing:
    due_at = standing.due_at
    if due_at is None or entry.at < due_at or standing.is_overdue:
        raise refused("it is not due, or was told of already", "WRONG_STATUS")
    return replace(standing, is_overdue=True)


STEPS: Mapping[EntryKind, Callable[[Standing, Entry], Standing]] = {
    EntryKind.RESUBMITTED: _resubmitted,
    EntryKind.REVISED: _revised,
    EntryKind.CLAIMED: _claimed,
    EntryKind.RELEASED: _released,
    EntryKind.INVITED: _noted,
    EntryKind.APPROVED: _approved,
    EntryKind.REJECTED: _rejected,
    EntryKind.OVERRIDDEN: _noted,
    EntryKind.OVERDUE: _overdue,
    EntryKind.WITHDRAWN: _withdrawn,
    EntryKind.PUBLISHED: _published,
    EntryKind.PUBLISHED_URGENTLY: _published_urgently,
}
