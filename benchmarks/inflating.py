"""The real topics as courses, and the same with bought counts put in, to see which are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from statistics import median
from typing import NamedTuple, TypeAlias

from commands.district.topics import Counters, Topic
from domain.engagement.definitions import all_definitions
from domain.engagement.rules import Metric
from domain.inflation.courses import Course, Gain, announced_breaks
from domain.inflation.flags import Flag
from domain.partners.rules import Platform

FIRST_HOUR = datetime(2025, 9, 29, tzinfo=timezone(timedelta(hours=8)))
HOUR = timedelta(hours=1)
DEFINITIONS = {Metric.READS: "话题阅读", Metric.COMMENTS: "话题讨论"}
EVERY = 5
"""One of so many eligible courses is inflated: a few of all that a group has."""
BEFORE, AFTER = 3, 5
"""Known hours around the injection that make a course eligible."""
UNEVEN = (1.0, 0.96, 1.03, 0.98, 1.01)
"""A supplier delivers nearly the same each hour."""

Gains: TypeAlias = dict[datetime, Gain]
Inflate: TypeAlias = Callable[[Gains, datetime], Gains]


class Injected(NamedTuple):
    """A course as it would be had counts been bought from the hour `at` until before `end`."""

    course: Course
    at: datetime
    end: datetime

    def is_found(self, flags: Iterable[Flag]) -> bool:
        mine = (self.course.post, self.course.metric)
        return any(
            (flag.post, flag.metric) == mine and self.at <= flag.bucket < self.end for flag in flags
        )


def courses(topics: Iterable[Topic]) -> list[Course]:
    """Reads and discussions of each topic by the hour, its age counted since it was first seen."""
    return [_course(topic, metric) for topic in topics for metric in DEFINITIONS]


def resolution(value: int) -> int:
    """How Weibo rounds what it shows: 4921, 492.1万, 4.5亿."""
    if value < 10_000:
        return 1
    return 1_000 if value < 100_000_000 else 10_000_000


def burst(factor: int) -> Inflate:
    """One hour gains `factor` times what it did."""

    def inflate(gains: Gains, at: datetime) -> Gains:
        return {**gains, at: _more(gains[at], gains[at].at_least_a_step * (factor - 1))}

    return inflate


def supply(factor: int) -> Inflate:
    """From an hour on each gains, on top, `factor` times the median of the hours before."""

    def inflate(gains: Gains, at: datetime) -> Gains:
        before = (gains[at - place * HOUR].at_least_a_step for place in range(1, BEFORE + 1))
        bought = factor * median(before)
        later = sorted(hour for hour in gains if hour >= at)
        added = {
            hour: _more(gains[hour], bought * UNEVEN[place % len(UNEVEN)])
            for place, hour in enumerate(later)
        }
        return {**gains, **added}

    return inflate


def inject(
    natural: Sequence[Course], metric: Metric, inflate: Inflate, *, only_at: bool
) -> tuple[int, list[Injected]]:
    """How many courses of a metric are eligible, and every twentieth of these inflated.

    only_at: the injection is one hour, not all from then on.
    """
    eligible = [
        (course, at)
        for course in natural
        if course.metric == metric and (at := _middle(course)) is not None
    ]
    chosen = []
    for course, at in eligible[::EVERY]:
        inflated = replace(course, gains=inflate(dict(course.gains), at))
        end = at + HOUR if only_at else max(course.gains) + HOUR
        chosen.append(Injected(inflated, at, end))
    return len(eligible), chosen


def mixed(natural: Iterable[Course], injected: Iterable[Injected]) -> list[Course]:
    """The natural courses with the inflated ones in their places."""
    instead = {(each.course.post, each.course.metric): each.course for each in injected}
    return [instead.get((course.post, course.metric), course) for course in natural]


def _course(topic: Topic, metric: Metric) -> Course:
    known = {
        each.hour: value for each in topic.hours if (value := _value(each, metric)) is not None
    }
    gains = {
        _moment(hour): Gain(value - known[hour - 1], resolution(value))
        for hour, value in known.items()
        if hour - 1 in known
    }
    return Course(
        topic.title,
        Platform.WEIBO,
        metric,
        DEFINITIONS[metric],
        _moment(topic.first_hour),
        HOUR,
        gains,
        announced_breaks(all_definitions(), Platform.WEIBO, metric),
    )


def _value(counters: Counters, metric: Metric) -> int | None:
    return counters.reads if metric is Metric.READS else counters.discussions


def _moment(hour: int) -> datetime:
    return FIRST_HOUR + hour * HOUR


def _middle(course: Course) -> datetime | None:
    """The first hour with BEFORE known hours before it and AFTER from it on."""
    places = range(-BEFORE, AFTER)
    return next(
        (
            at
            for at in sorted(course.gains)
            if all(at + place * HOUR in course.gains for place in places)
        ),
        None,
    )


def _more(gain: Gain, bought: float) -> Gain:
    """Rounded as the counter is."""
    value = round((gain.value + bought) / gain.resolution) * gain.resolution
    return Gain(value, gain.resolution)
