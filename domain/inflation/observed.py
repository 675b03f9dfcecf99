"""From the observations of a (post, metric) to what each bucket gained; pure.

A gain is known where its bucket and the one before end about where a bucket ends: what was gained
over a longer silence belongs to no bucket. A platform's own figure for exactly a bucket is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter

from domain.engagement.definitions import all_definitions, by_code
from domain.engagement.intervals import starts_at
from domain.engagement.rules import Bound, Finality, Metric, ValueKind
from domain.engagement.segments import Known, segments
from domain.engagement.words import Observed, in_order, last_word
from domain.inflation.courses import Course, Gain, announced_breaks
from domain.partners.rules import Platform

UNEVEN = 0.25
"""How much longer or shorter than a bucket the time between two observations may be."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """length: of an hour or a day. start: when the bucket of a moment began, in UTC."""

    length: timedelta
    start: Callable[[datetime], datetime]


def course_of(
    post: str,
    platform: Platform,
    metric: Metric,
    published_at: datetime,
    observations: Sequence[Observed],
    buckets: Buckets,
    known: Known = by_code,
) -> Course | None:
    """What was gained under the newest definition; None where nothing was observed."""
    running = [each for each in observations if each.value_kind == ValueKind.CUMULATIVE]
    # A running total already contains its parts.
    parts, breaks = (
        segments(running, attrgetter("observed_at"), known)
        if running
        else segments(observations, starts_at, known)
    )
    words, definition = parts[-1].words, parts[-1].definition
    if not words:
        return None
    resolution = (definition and definition.rounds_to) or 1
    gains = _running(words, buckets, resolution) if running else _told(words, buckets, resolution)
    corrected = _falls(words) if running else _restated(words)
    return Course(
        post,
        platform,
        metric,
        definition.code if definition else words[-1].definition,
        published_at,
        buckets.length,
        gains,
        (*announced_breaks(all_definitions(), platform, metric), *(each.at for each in breaks)),
        frozenset(buckets.start(moment) for moment in corrected),
    )


def _running(words: Iterable[Observed], buckets: Buckets, resolution: int) -> dict[datetime, Gain]:
    last = {buckets.start(each.observed_at): each for each in in_order(words)}
    gains = {}
    for at, word in last.items():
        before = last.get(at - buckets.length)
        if before is None or Bound.AT_LEAST in (word.bound, before.bound):
            continue
        between = (word.observed_at - before.observed_at) / buckets.length
        if abs(between - 1) <= UNEVEN:
            gains[at] = Gain(word.value - before.value, resolution)
    return gains


def _told(words: Iterable[Observed], buckets: Buckets, resolution: int) -> dict[datetime, Gain]:
    stands = {at: last_word(said) for at, said in _by_bucket(words, buckets).items()}
    return {
        at: Gain(word.value, resolution) for at, word in stands.items() if word.bound == Bound.EXACT
    }


def _by_bucket(words: Iterable[Observed], buckets: Buckets) -> dict[datetime, list[Observed]]:
    """What was said of periods that are exactly a bucket."""
    found: dict[datetime, list[Observed]] = {}
    for each in words:
        begins, ends = each.period_starts_at, each.period_ends_at
        if begins and ends and ends - begins == buckets.length and buckets.start(begins) == begins:
            found.setdefault(begins, []).append(each)
    return found


def _falls(words: Iterable[Observed]) -> list[datetime]:
    exact = [each for each in in_order(words) if each.bound == Bound.EXACT]
    return [word.observed_at for before, word in pairwise(exact) if word.value < before.value]


def _restated(words: Iterable[Observed]) -> list[datetime]:
    """Where a period begins of which two final values were told."""
    final: dict[tuple[datetime, datetime | None], set[int]] = {}
    for each in words:
        if each.finality == Finality.FINAL:
            final.setdefault((starts_at(each), each.period_ends_at), set()).add(each.value)
    return [begins for (begins, _), values in final.items() if len(values) > 1]
