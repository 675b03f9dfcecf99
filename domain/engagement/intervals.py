"""Values of periods: the last word for each, the finest complete cover, people apart; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.engagement.cover import Period, finest_cover
from domain.engagement.gains import Gains
from domain.engagement.rules import MAX_VALUE, Addition
from domain.engagement.segments import Segment
from domain.engagement.words import Observed, Total, last_word, total_of

HOUR = timedelta(hours=1)


class Part(NamedTuple):
    """One period: what stands of it, and the number of the segment it belongs to."""

    total: Total
    segment: int


def from_parts(segments: Sequence[Segment], gains: Gains) -> Total:
    """The total of a history of periods, their gains noted on the way.

    Parts that count people are never added to others, nor others to them: what the last segment
    counts decides which the total is of.
    """
    told = _told(segments)
    people = {period: part for period, part in told.items() if _counts_people(part)}
    others = {period: part for period, part in told.items() if not _counts_people(part)}
    covers = finest_cover(people)[0], finest_cover(others)
    chosen = {period: told[period] for period in (*covers[0], *covers[1][0])}
    _note(chosen, gains)
    newest = max(told.values(), key=lambda part: part.segment)
    if _counts_people(newest):
        return _most(people.values(), newest.total)
    counted = [others[period] for period in covers[1][0]]
    return _sum(counted, newest.total, is_complete=covers[1][1])


def starts_at(each: Observed) -> datetime:
    assert each.period_starts_at is not None
    return each.period_starts_at


def _told(segments: Sequence[Segment]) -> dict[Period, Part]:
    told: dict[Period, Part] = {}
    for number, segment in enumerate(segments):
        for period, said in _by_period(segment.words).items():
            word = last_word(said)
            # A period reported before its end holds as of the report.
            as_of = min(period[1], word.observed_at)
            told[period] = Part(total_of(word, as_of, segment), number)
    return told


def _by_period(words: Iterable[Observed]) -> dict[Period, list[Observed]]:
    periods: dict[Period, list[Observed]] = {}
    for each in words:
        assert each.period_ends_at is not None
        periods.setdefault((starts_at(each), each.period_ends_at), []).append(each)
    return periods


def _note(chosen: Mapping[Period, Part], gains: Gains) -> None:
    """Each part on the day it starts, in its hour only if it is no longer than one."""
    number = -1
    for period, (total, segment) in sorted(chosen.items(), key=lambda each: (each[1][1], each[0])):
        if segment != number:
            gains.open(total.addition, first=number < 0)
            number = segment
        put = gains.raise_to if total.addition is Addition.NEVER else gains.add
        put(period[0], total.value, within_an_hour=period[1] - period[0] <= HOUR)
    gains.cap()


def _counts_people(part: Part) -> bool:
    return part.total.addition is Addition.NEVER


def _most(parts: Collection[Part], newest: Total) -> Total:
    """People of several periods: at least as many as in the largest."""
    totals = [part.total for part in parts]
    most = max(total.value for total in totals)
    return _of(totals, most, newest, is_bound=len(totals) > 1)


def _sum(parts: Collection[Part], newest: Total, *, is_complete: bool) -> Total:
    """What no chosen period covers was there too: then the sum is a bound."""
    totals = [part.total for part in parts]
    return _of(totals, sum(total.value for total in totals), newest, is_bound=not is_complete)


def _of(totals: Sequence[Total], value: int, newest: Total, *, is_bound: bool) -> Total:
    return Total(
        min(value, MAX_VALUE),
        max(total.as_of for total in totals),
        is_bound or value > MAX_VALUE or any(total.at_least for total in totals),
        any(total.provisional for total in totals),
        newest.definition,
        newest.addition,
    )
