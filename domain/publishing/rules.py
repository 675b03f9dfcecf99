"""When an article goes public or is taken back by itself: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.problems import Conflict, Invalid


class PlannedStep(StrEnum):
    """What is to become of the article."""

    PUBLISH = "PUBLISH"
    WITHDRAW = "WITHDRAW"


class PlanState(StrEnum):
    """PLANNED: its time is to come. DONE: it was carried out. SKIPPED: nothing was left to do.
    FAILED: it was refused. CANCELLED: by a person, before its time."""

    PLANNED = "PLANNED"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Planned(NamedTuple):
    """A step and its moment."""

    step: PlannedStep
    at: datetime


def check_order(plans: Iterable[Planned], *, is_public: bool) -> None:
    """plans: all of one article that are to come, at most one of each step. What is taken back has
    been public before. Raises Invalid."""
    at = {plan.step: plan.at for plan in plans}
    publishes, withdraws = at.get(PlannedStep.PUBLISH), at.get(PlannedStep.WITHDRAW)
    if withdraws is None or (publishes is None and is_public):
        return
    if publishes is None:
        message = "it is not public, and nothing is planned that makes it so"
        raise Invalid(message, path=("at",), code="NOT_PUBLIC")
    if publishes >= withdraws:
        message = f"it would be taken back at {withdraws.isoformat()}, before it goes public"
        raise Invalid(message, path=("at",), code="OUT_OF_ORDER")


def check_embargo(until: datetime | None, at: datetime, *, path: tuple[str, ...] = ()) -> None:
    """Raises Conflict for what would be public before the embargo ends."""
    if until is not None and at < until:
        message = f"an embargo holds until {until.isoformat()}"
        raise Conflict(message, path=path, code="EMBARGO")


def check_planned(state: PlanState) -> None:
    """Raises Conflict."""
    if state is not PlanState.PLANNED:
        message = f"it is {state.value.lower()}, and no plan any more"
        raise Conflict(message, path=("id",), code="WRONG_STATUS")


def nothing_left(
    step: PlannedStep, revision: int | None, public: int | None, *, is_over: bool
) -> str:
    """Why a step whose time has come needs not be taken; empty when it is to be taken.

    public: the revision that is public now. is_over: whether the time has come too at which it is
    to be taken back again, as after a long standstill.
    """
    if step is PlannedStep.WITHDRAW:
        return "it was not public" if public is None else ""
    if is_over:
        return "the time for which it was to be public was over"
    return "this revision was public already" if public == revision else ""
