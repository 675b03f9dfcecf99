"""What moments may be: aware, not before the platforms existed, not ahead of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.problems import Invalid

Path = tuple[str, ...]

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
CLOCKS_APART = timedelta(minutes=5)
"""How far another machine's clock may be ahead of ours."""


def moment(value: datetime, *, path: Path) -> datetime:
    """The same moment in UTC. Raises Invalid."""
    if value.utcoffset() is None:
        raise Invalid("the time names no zone, e.g. +08:00", path=path, code="INVALID_TIME")
    if not EARLIEST <= value < LATEST:
        raise Invalid(
            f"the time lies outside the years {EARLIEST.year} to {LATEST.year - 1}",
            path=path,
            code="INVALID_TIME",
        )
    return value.astimezone(UTC)


def past(value: datetime, *, now: datetime, path: Path) -> datetime:
    """A moment that is not in the future, but for the difference of two clocks. Raises Invalid."""
    known = moment(value, path=path)
    if known > now + CLOCKS_APART:
        raise Invalid("the time lies in the future", path=path, code="FUTURE")
    return known


def future(value: datetime, *, now: datetime, path: Path) -> datetime:
    known = moment(value, path=path)
    if known <= now:
        raise Invalid("the time lies in the past", path=path, code="PAST")
    return known
