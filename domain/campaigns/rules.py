"""What a campaign may be."""

from __future__ import annotations

from datetime import datetime

from domain.moments import moment
from domain.problems import Invalid

MAX_GOAL = 10**18


def check_period(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Both in UTC. Raises Invalid."""
    start = moment(starts_at, path=("starts_at",))
    end = moment(ends_at, path=("ends_at",))
    if end <= start:
        raise Invalid("a campaign ends after it starts", path=("ends_at",), code="INVALID_PERIOD")
    return start, end


def check_goal(goal_reads: int | None) -> int | None:
    """Raises Invalid."""
    if goal_reads is not None and not 1 <= goal_reads <= MAX_GOAL:
        raise Invalid(
            f"a goal is at least 1 and at most {MAX_GOAL}",
            path=("goal_reads",),
            code="OUT_OF_RANGE",
        )
    return goal_reads
