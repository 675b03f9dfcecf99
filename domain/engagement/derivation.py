"""Totals, days and hours of one (post, metric) as a pure function of its observations.

docs/engagement.md walks through every rule with numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from domain.engagement.rules import MAX_VALUE, Bound, Finality, Source, ValueKind

Bucket = TypeVar("Bucket", date, datetime)
HOUR = timedelta(hours=1)
SOURCE_RANK: dict[str, int] = {Source.MANUAL: 3, Source.CSV: 2, Source.PUSH: 1, Source.PULL: 0}


class Observed(NamedTuple):
    """What the derivation needs of an observation. Enumerations may come as their texts."""

    value: int
    observed_at: datetime
    value_kind: str = ValueKind.CUMULATIVE
    bound: str = Bound.EXACT
    finality: str = Finality.FINAL
    source: str = Source.PULL
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The value so far, and the moment it held. at_least: a lower bound, not the value itself."""

    value: int
    as_of: datetime
    at_least: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """total: None when nothing was ever observed: unknown is not zero.

    daily, hourly: signed gains; a day or an hour in which nothing was learnt has no entry. Hours
    are the moments they begin, in UTC.
    """

    total: Total | None
    daily: dict[date, int]
    hourly: dict[datetime, int]


def derive(
    observations: Iterable[Observed],
    *,
    posted_at: datetime,
    zone: ZoneInfo,
    since: datetime | None = None,
) -> Derived:
    """The same answer for any order and any repetition of the observations.

    since: of a history that has an anchor (see `needed_from`), leave out what was gained before
    the local hour of this moment; the observations before the anchor may then be missing.
    """
    given = list(observations)
    cumulative = [each for each in given if each.value_kind == ValueKind.CUMULATIVE]
    if not cumulative:
        return _from_parts(given, zone)
    # A running total already contains its parts: adding both would count twice.
    return _from_running(cumulative, posted_at, zone, since and hour_starts_at(since, zone))


def continued(windowed: Derived, earlier: Mapping[datetime, int], zone: ZoneInfo) -> Derived:
    """A derivation with `since`, put together with the hours before it on its first day."""
    daily = dict(windowed.daily)
    for hour, gained in earlier.items():
        day = hour.astimezone(zone).date()
        daily[day] = daily.get(day, 0) + gained
    return Derived(windowed.total, daily, {**earlier, **windowed.hourly})


def needed_from(
    observations: Iterable[Observed], *, since: datetime, zone: ZoneInfo
) -> datetime | None:
    """The anchor: all cumulative observations from here on are needed to derive with `since`.

    It is the last moment before the local hour of `since` at which every cumulative observation
    is exact: whichever of them wins, the running value is known there whatever came before. None:
    there is no such moment, everything is needed and `since` must not be used.
    """
    starts_at = hour_starts_at(since, zone)
    before = [
        each
        for each in observations
        if each.value_kind == ValueKind.CUMULATIVE and each.observed_at < starts_at
    ]
    censored = {each.observed_at for each in before if each.bound == Bound.AT_LEAST}
    exact = (each.observed_at for each in before if each.bound == Bound.EXACT)
    return max((moment for moment in exact if moment not in censored), default=None)


def day_starts_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the local day of a moment began, in UTC."""
    day = moment.astimezone(zone).date()
    return datetime.combine(day, time(), zone).astimezone(UTC)


def hour_starts_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the local hour of a moment began, in UTC."""
    return _hour(moment.astimezone(zone))


def stale_at(as_of: datetime, posted_at: datetime, gone: bool) -> datetime | None:
    """When a value stops being fresh: the younger the post, the sooner. Never once it is gone."""
    if gone:
        return None
    age = as_of - posted_at
    if age < timedelta(hours=72):
        return as_of + timedelta(hours=6)
    if age < timedelta(days=30):
        return as_of + timedelta(days=2)
    return as_of + timedelta(days=14)


def _precedence(each: Observed) -> tuple[datetime, bool, int, bool, int]:
    """Later wins; at the same moment what is more certain. Arrival plays no part."""
    return (
        each.observed_at,
        each.finality == Finality.FINAL,
        SOURCE_RANK[each.source],
        each.bound == Bound.EXACT,
        each.value,
    )


def _words(observations: Iterable[Observed]) -> list[Observed]:
    """In order of time, one for each moment."""
    return list({each.observed_at: each for each in sorted(observations, key=_precedence)}.values())


def _takes_over(word: Observed, standing: Observed | None) -> bool:
    """Whether a word replaces the one before it: a bound does not unsay a larger value."""
    if standing is None or word.bound == Bound.EXACT or word.value > standing.value:
        return True
    return _renews(word, standing)


def _renews(word: Observed, standing: Observed) -> bool:
    """ "At least 100,000" once more: nothing is learnt of the growth, but the bound still holds."""
    return word.bound == standing.bound == Bound.AT_LEAST and word.value == standing.value


def _total(word: Observed, as_of: datetime) -> Total:
    return Total(
        word.value,
        as_of,
        word.bound == Bound.AT_LEAST,
        word.finality == Finality.PROVISIONAL,
    )


def _from_running(
    observations: Sequence[Observed],
    posted_at: datetime,
    zone: ZoneInfo,
    starts_at: datetime | None,
) -> Derived:
    daily: dict[date, int] = {}
    hourly: dict[datetime, int] = {}
    words = _words(observations)
    standing = words[0]
    if starts_at is None and posted_at >= day_starts_at(standing.observed_at, zone):
        # Posted that very day: all of the opening value was gained on it. Otherwise the growth
        # before we looked belongs to no day we know.
        _gain(daily, hourly, standing.observed_at, standing.value, zone)
    for word in words[1:]:
        if not _takes_over(word, standing):
            continue
        gained_by_then = starts_at is not None and word.observed_at < starts_at
        if not (gained_by_then or _renews(word, standing)):
            _gain(daily, hourly, word.observed_at, word.value - standing.value, zone)
        standing = word
    return Derived(_total(standing, standing.observed_at), daily, hourly)


def _from_parts(observations: Sequence[Observed], zone: ZoneInfo) -> Derived:
    periods: dict[tuple[datetime, datetime], list[Observed]] = {}
    for each in observations:
        assert each.period_starts_at is not None
        assert each.period_ends_at is not None
        periods.setdefault((each.period_starts_at, each.period_ends_at), []).append(each)
    parts: list[Total] = []
    daily: dict[date, int] = {}
    hourly: dict[datetime, int] = {}
    for (starts_at, ends_at), said in periods.items():
        word = _last_word(said)
        # A period reported before its end holds as of the report.
        parts.append(_total(word, min(ends_at, word.observed_at)))
        within_an_hour = ends_at - starts_at <= HOUR
        _gain(daily, hourly if within_an_hour else {}, starts_at, word.value, zone)
    return Derived(_sum(parts), _capped(daily), _capped(hourly))


def _last_word(observations: Iterable[Observed]) -> Observed:
    standing, *later = _words(observations)
    for word in later:
        if _takes_over(word, standing):
            standing = word
    return standing


def _gain(
    daily: dict[date, int],
    hourly: dict[datetime, int],
    moment: datetime,
    value: int,
    zone: ZoneInfo,
) -> None:
    local = moment.astimezone(zone)
    day, hour = local.date(), _hour(local)
    daily[day] = daily.get(day, 0) + value
    hourly[hour] = hourly.get(hour, 0) + value


def _sum(parts: Sequence[Total]) -> Total | None:
    if not parts:
        return None
    value = sum(part.value for part in parts)
    return Total(
        min(value, MAX_VALUE),
        max(part.as_of for part in parts),
        value > MAX_VALUE or any(part.at_least for part in parts),
        any(part.provisional for part in parts),
    )


def _capped(gains: dict[Bucket, int]) -> dict[Bucket, int]:
    """Absurdly many parts must not overflow the sums that others share."""
    return {bucket: min(value, MAX_VALUE) for bucket, value in gains.items()}


def _hour(local: datetime) -> datetime:
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
