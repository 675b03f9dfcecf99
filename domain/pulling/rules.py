"""What a pulled value is, what an allowance is, how long a failing account rests."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.engagement.rules import Bound, Finality, Metric, ValueKind

FRESH_SECONDS = 72 * 3600
DAY_SECONDS = 24 * 3600
DEFERRED_SECONDS = 1800.0
DEFERRALS = 3
"""How long a platform that has not counted yet is left alone, and how often in a row."""

FRESH_SHARE = 5
"""One in so many calls of an allowance is kept for fresh posts: a backlog never takes it all."""

FIRST_BACKOFF_SECONDS = 2.0
LONGEST_BACKOFF_SECONDS = 60.0
FAILURES_BEFORE_BREAK = 5
LONGEST_BREAK_SECONDS = 3600.0

UNTIL_A_PERSON_ACTS = datetime(9999, 1, 1, tzinfo=UTC)
"""The pause of an account whose credentials no longer hold: time alone does not end it."""


class FailureKind(StrEnum):
    """Why a pull brought nothing.

    RETRYABLE: may succeed unchanged. THROTTLED: the platform named a time to come back.
    NOT_READY: the platform has not counted yet. REFUSED: the same request will be refused again.
    EXPIRED: the credentials no longer hold. RETIRED: the endpoint is gone for good.
    """

    RETRYABLE = "RETRYABLE"
    THROTTLED = "THROTTLED"
    NOT_READY = "NOT_READY"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    RETIRED = "RETIRED"


BLAMELESS = frozenset({FailureKind.THROTTLED, FailureKind.NOT_READY})
"""Failures that say nothing against the account."""


class CounterValue(NamedTuple):
    """One counter of one post as a platform reported it; see Observation for the words.

    observed_at: the moment it stands for, where the platform says so; else that of the answer.
    """

    external_id: str
    metric: Metric
    value: int
    definition: str
    value_kind: ValueKind = ValueKind.CUMULATIVE
    bound: Bound = Bound.EXACT
    finality: Finality = Finality.FINAL
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    observed_at: datetime | None = None


class BudgetRule(NamedTuple):
    """An allowance: `units` in each window, shared by whoever has the same `scope`.

    scope: whose it is, e.g. of an account, a host, an application, an endpoint of one.
    window_seconds: windows are counted from 1970, or, with a `zone`, from its midnight every day.
    cost: the units of one call.
    reserve: units held back for whatever makes the platform count otherwise than we do.
    """

    scope: str
    units: int
    window_seconds: int = 24 * 3600
    zone: ZoneInfo | None = None
    cost: int = 1
    reserve: int = 0

    def units_for(self, is_fresh: bool) -> int:
        """How many units of a window fresh posts, or older ones, may use."""
        units = self.units - self.reserve
        return units if is_fresh else units - units // FRESH_SHARE

    @property
    def calls(self) -> int:
        """How many calls a window has room for."""
        return (self.units - self.reserve) // self.cost


class Rhythm(NamedTuple):
    """When a platform has news of a post.

    changes_for: how long after its publication; it is asked about once more after that. None:
    always.
    daily_at, zone: the platform counts a day when it is over, and has what is new from this time
    of the next day on, there; it first counts a post after the end of the post's day.
    """

    changes_for: timedelta | None = None
    daily_at: time | None = None
    zone: ZoneInfo | None = None


def pause_seconds(kind: FailureKind, failures: int, chance: float) -> float:
    """How long an account rests after its `failures`-th failure in a row (1 is the first).

    chance: a random number in [0, 1); the pause is spread over its whole length ("full jitter"),
    so that accounts that failed together do not come back together. From the fifth failure on
    the circuit is open: at least half of a pause that doubles up to an hour.
    """
    if kind is FailureKind.REFUSED:
        return DAY_SECONDS
    if failures < FAILURES_BEFORE_BREAK:
        longest = min(FIRST_BACKOFF_SECONDS * 2.0 ** (failures - 1), LONGEST_BACKOFF_SECONDS)
        return longest * chance
    beyond = min(failures - FAILURES_BEFORE_BREAK, 10)
    longest = min(LONGEST_BACKOFF_SECONDS * 2.0**beyond, LONGEST_BREAK_SECONDS)
    return longest * (0.5 + chance / 2)


class Window(NamedTuple):
    """One window of an allowance, from its start until before its end."""

    starts_at: datetime
    ends_at: datetime


def window_of(rule: BudgetRule, now: datetime) -> Window:
    """The window of the allowance that `now` lies in. A day of a zone may have 23 or 25 hours."""
    if rule.zone is None:
        seconds = int(now.timestamp())
        start = datetime.fromtimestamp(seconds - seconds % rule.window_seconds, UTC)
        return Window(start, start + timedelta(seconds=rule.window_seconds))
    day = now.astimezone(rule.zone).date()
    starts_at, ends_at = (
        datetime.combine(each, time(), rule.zone).astimezone(UTC)
        for each in (day, day + timedelta(days=1))
    )
    return Window(starts_at, ends_at)
