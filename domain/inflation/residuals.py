"""Gains far outside their group, by a robust residual; pure.

Gains are compared as logarithms within a group: the same platform, metric, definition, rounding and
age since publication. Median and MAD stay put as long as fewer than half of a group are inflated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from statistics import median
from typing import NamedTuple

from domain.engagement.rules import Metric
from domain.inflation.courses import Course, Gain, LeftOut
from domain.inflation.flags import Flag, FlagKind, rounded
from domain.inflation.thresholds import Residual, Thresholds
from domain.partners.rules import Platform

MAD_TO_DEVIATION = 1.4826
"""The standard deviation of a normal distribution in median absolute deviations."""


class Member(NamedTuple):
    """One gain as a rule sees it. size: its logarithm, or that of the multiple it is of another.
    is_untold: it, or the other, cannot be told from none."""

    course: Course
    at: datetime
    gain: Gain
    size: float
    is_untold: bool

    @property
    def age_hours(self) -> float:
        return (self.at - self.course.published_at) / timedelta(hours=1)


class Kin(NamedTuple):
    """Whose gains are compared. band: how many of the bands of age have passed."""

    platform: Platform
    metric: Metric
    definition: str
    bucket: timedelta
    resolution: int
    band: int


@dataclass(frozen=True, slots=True)
class Group:
    """median, spread: of the members' sizes. untold: which part cannot be told from none."""

    members: tuple[Member, ...]
    posts: int
    median: float
    spread: float
    untold: float

    def score(self, member: Member) -> float:
        return rounded((member.size - self.median) / self.spread)


def levels(course: Course, gains: Mapping[datetime, Gain]) -> Iterator[Member]:
    """Each gain by its own size."""
    for at, gain in gains.items():
        yield Member(course, at, gain, log(gain.at_least_a_step), gain.is_untold)


def jumps(course: Course, gains: Mapping[datetime, Gain]) -> Iterator[Member]:
    """Each gain as a multiple of that in the bucket just before, where it is known."""
    for at, gain in gains.items():
        before = gains.get(at - course.bucket)
        if before is not None:
            coarser = Gain(gain.value, max(gain.resolution, before.resolution))
            size = log(gain.at_least_a_step) - log(before.at_least_a_step)
            untold = gain.is_untold or before.is_untold
            yield Member(course, at, coarser, size, untold)


def groups(members: Iterable[Member], residual: Residual, thresholds: Thresholds) -> list[Group]:
    """Every group, the small ones too."""
    kin: dict[Kin, list[Member]] = {}
    for member in members:
        kin.setdefault(_kin(member, thresholds), []).append(member)
    return [_group(found, residual.least_spread) for found in kin.values()]


def why_not(group: Group, thresholds: Thresholds) -> LeftOut | None:
    """Why it cannot be said what is usual in a group; None when it can."""
    if group.posts < thresholds.least_group:
        return LeftOut.SMALL_GROUP
    return LeftOut.COARSE_GROUP if group.untold > thresholds.most_untold else None


def flags_of(
    kind: FlagKind, group: Group, residual: Residual, thresholds: Thresholds
) -> Iterator[Flag]:
    """The members of a group that lie above what is usual in it."""
    reach = residual.score * group.spread
    for member in group.members:
        score = group.score(member)
        if score <= residual.score or member.gain.is_coarse(thresholds.least_steps):
            continue
        yield Flag(
            kind,
            member.course.post,
            member.course.metric,
            member.at,
            rounded(exp(member.size)),
            rounded(exp(group.median - reach)),
            rounded(exp(group.median + reach)),
            score,
            _inputs(member, group),
            thresholds.version,
            member.course.bucket,
        )


def _kin(member: Member, thresholds: Thresholds) -> Kin:
    course = member.course
    band = sum(member.age_hours >= end for end in thresholds.age_bands_hours)
    return Kin(
        course.platform,
        course.metric,
        course.definition,
        course.bucket,
        member.gain.resolution,
        band,
    )


def _group(members: list[Member], least_spread: float) -> Group:
    middle = median(each.size for each in members)
    off = median(abs(each.size - middle) for each in members)
    posts = len({each.course.post for each in members})
    untold = sum(each.is_untold for each in members) / len(members)
    spread = max(MAD_TO_DEVIATION * off, least_spread)
    return Group(tuple(members), posts, middle, spread, untold)


def _inputs(member: Member, group: Group) -> dict[str, float | str]:
    return {
        "gain": member.gain.value,
        "resolution": member.gain.resolution,
        "age_hours": member.age_hours,
        "group_posts": group.posts,
        "group_median": rounded(exp(group.median)),
        "group_spread": rounded(group.spread),
        "definition": member.course.definition,
    }
