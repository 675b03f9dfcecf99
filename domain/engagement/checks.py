"""What an observation must be before it is taken; pure, for every way in to say it of each item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from domain.engagement.rules import MAX_VALUE, Bound, Finality, Metric, Source, ValueKind
from domain.problems import Invalid

CLOCK_SKEW = timedelta(minutes=5)
LONGEST_PERIOD = timedelta(days=366)
DEFINITION_LENGTH = 100
EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
"""No counter was kept before: Weibo, the oldest of the platforms counted, opened in 2009."""


class NewObservation(NamedTuple):
    """One counter value as a source reports it; see domain/engagement/models.py for the fields.

    A tuple, because hundreds are made for one answer: a frozen dataclass takes three times as long.
    """

    post_id: int
    metric: Metric
    value: int
    observed_at: datetime
    definition: str
    source: Source
    value_kind: ValueKind = ValueKind.CUMULATIVE
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    bound: Bound = Bound.EXACT
    finality: Finality = Finality.FINAL
    raw_answer_id: int | None = None
    delivery_id: int | None = None


def check_observation(given: NewObservation, *, now: datetime, path: tuple[str, ...] = ()) -> None:
    """Raises Invalid with the path of the first field that breaks a rule, below `path`."""
    check_value(given.value, *path)
    _check_moment(given.observed_at, now, (*path, "observed_at"))
    if not (given.definition.isprintable() and 0 < len(given.definition) <= DEFINITION_LENGTH):
        raise Invalid(
            f"A definition is 1 to {DEFINITION_LENGTH} printable characters, "
            'e.g. "weibo.reads/2013-03".',
            path=(*path, "definition"),
        )
    if given.value_kind is ValueKind.INTERVAL:
        _check_period(given.period_starts_at, given.period_ends_at, now, path)
    elif given.period_starts_at is not None or given.period_ends_at is not None:
        raise Invalid("A cumulative value has no period.", path=(*path, "period_starts_at"))


def check_value(value: int, *path: str) -> None:
    """The one rule of an observation that looks at its value; raises Invalid."""
    if not 0 <= value <= MAX_VALUE:
        raise Invalid(f"A counter lies between 0 and {MAX_VALUE:,}.", path=(*path, "value"))


def _check_moment(moment: datetime, now: datetime, path: tuple[str, ...]) -> None:
    if moment.utcoffset() is None:
        raise Invalid("A moment needs its offset from UTC, e.g. +08:00.", path=path)
    if moment > now + CLOCK_SKEW:
        raise Invalid("This lies in the future.", path=path)
    if moment < EARLIEST:
        raise Invalid("No platform counted anything before 2009.", path=path)


def _check_period(
    starts_at: datetime | None, ends_at: datetime | None, now: datetime, path: tuple[str, ...]
) -> None:
    if starts_at is None:
        raise Invalid("An interval value needs its period.", path=(*path, "period_starts_at"))
    _check_moment(starts_at, now, (*path, "period_starts_at"))
    if ends_at is None:
        raise Invalid("An interval value needs its period.", path=(*path, "period_ends_at"))
    if ends_at.utcoffset() is None:
        raise Invalid(
            "A moment needs its offset from UTC, e.g. +08:00.", path=(*path, "period_ends_at")
        )
    if not timedelta() < ends_at - starts_at <= LONGEST_PERIOD:
        raise Invalid(
            f"A period ends after it starts, within {LONGEST_PERIOD.days} days.",
            path=(*path, "period_ends_at"),
        )
