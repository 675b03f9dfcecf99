"""Totals, days and hours of one (post, metric) as a pure function of its observations.

docs/engagement.md walks through every rule with numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from domain.engagement.definitions import by_code
from domain.engagement.gains import Gains, hour_of
from domain.engagement.intervals import from_parts, starts_at
from domain.engagement.rules import Addition, Bound, ValueKind
from domain.engagement.segments import Break, Known, Segment, addition_of, segments
from domain.engagement.words import Observed, Total, in_order, renews, takes_over, total_of

__all__ = ["Derived", "Observed", "Total", "continued", "derive", "needed_from", "stale_at"]


@dataclass(frozen=True, slots=True)
class Derived:
    """total: None when nothing was ever observed: unknown is not zero.

    daily, hourly: signed gains; a day or an hour in which nothing was learnt has no entry. Hours
    are the moments they begin, in UTC.
    additions: of days and hours that are not added to what stands above in every case.
    """

    total: Total | None
    daily: dict[date, int]
    hourly: dict[datetime, int]
    additions: dict[date, Addition] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()

    def addition(self, bucket: date) -> Addition:
        return self.additions.get(bucket, Addition.ALWAYS)


def derive(
    observations: Iterable[Observed],
    *,
    posted_at: datetime,
    zone: ZoneInfo,
    since: datetime | None = None,
    known: Known = by_code,
) -> Derived:
    """The same answer for any order and any repetition of the observations.

    since: of a history that has an anchor (see `needed_from`) and no break, leave out what was
    gained before the local hour of this moment; the observations before the anchor may then be
    missing.
    """
    given = list(observations)
    cumulative = [each for each in given if each.value_kind == ValueKind.CUMULATIVE]
    if not given:
        return Derived(None, {}, {})
    if not cumulative:
        parts, breaks = segments(given, starts_at, known)
        gains = Gains(zone)
        total = from_parts(parts, gains)
        return Derived(total, gains.daily, gains.hourly, gains.additions, breaks)
    # A running total already contains its parts: adding both would count twice.
    parts, breaks = segments(cumulative, attrgetter("observed_at"), known)
    window = since and hour_starts_at(since, zone)
    total, gains = _from_running(parts, posted_at, zone, window)
    return Derived(total, gains.daily, gains.hourly, gains.additions, breaks)


def continued(windowed: Derived, earlier: Mapping[datetime, int], zone: ZoneInfo) -> Derived:
    """A derivation with `since`, put together with the hours before it on its first day."""
    daily = dict(windowed.daily)
    for hour, gained in earlier.items():
        day = hour.astimezone(zone).date()
        daily[day] = daily.get(day, 0) + gained
    hourly = {**earlier, **windowed.hourly}
    additions = windowed.additions
    if windowed.total is not None and windowed.total.addition is not Addition.ALWAYS:
        additions = dict.fromkeys([*daily, *hourly], windowed.total.addition)
    return Derived(windowed.total, daily, hourly, additions)


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
    return hour_of(moment.astimezone(zone))


def stale_at(
    as_of: datetime, posted_at: datetime, gone: bool, newest_for_hours: int = 0
) -> datetime | None:
    """When a value stops being fresh: the younger the post, the sooner. Never once it is gone.

    newest_for_hours: of the definition; a platform that counts by day is late, and not silent.
    """
    if gone:
        return None
    told_late = as_of + timedelta(hours=newest_for_hours)
    age = as_of - posted_at
    if age < timedelta(hours=72):
        return told_late + timedelta(hours=6)
    if age < timedelta(days=30):
        return told_late + timedelta(days=2)
    return told_late + timedelta(days=14)


def _from_running(
    parts: Sequence[Segment], posted_at: datetime, zone: ZoneInfo, window: datetime | None
) -> tuple[Total, Gains]:
    gains = Gains(zone)
    standing = None
    for segment in parts:
        words = in_order(segment.words)
        opening = words[0]
        gains.open(addition_of(segment.definition), first=standing is None)
        seen_at_once = posted_at >= day_starts_at(opening.observed_at, zone)
        if standing is None and window is None and seen_at_once:
            # Posted that very day: all of the opening value was gained on it. Otherwise the growth
            # before we looked belongs to no day we know.
            gains.add(opening.observed_at, opening.value)
        standing = _walk(words, gains, window)
    assert standing is not None
    return total_of(standing, standing.observed_at, parts[-1]), gains


def _walk(words: Sequence[Observed], gains: Gains, window: datetime | None) -> Observed:
    """The word that stands at the end, every gain on the way noted."""
    standing = words[0]
    for word in words[1:]:
        if not takes_over(word, standing):
            continue
        gained_by_then = window is not None and word.observed_at < window
        if not (gained_by_then or renews(word, standing)):
            gains.add(word.observed_at, word.value - standing.value)
        standing = word
    return standing
