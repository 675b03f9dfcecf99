"""What a grant of a role may be."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.problems import Invalid

LONGEST_DELEGATION = timedelta(days=366)


def check_period(starts_at: datetime, ends_at: datetime | None, *, now: datetime) -> None:
    """Raises Invalid."""
    if ends_at is not None and ends_at <= max(starts_at, now):
        raise Invalid("it must end after it starts, and later than now", path=("ends_at",))


def check_delegation(starts_at: datetime, ends_at: datetime) -> None:
    """A role is handed on for a while, not for good. Raises Invalid."""
    if ends_at - starts_at > LONGEST_DELEGATION:
        raise Invalid(
            f"a role is handed on for {LONGEST_DELEGATION.days} days at the most",
            path=("ends_at",),
        )
