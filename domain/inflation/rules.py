"""刷量: which gains look as if they were bought; pure. docs/inflation.md has numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.inflation import residuals, steps
from domain.inflation.courses import Course, LeftOut
from domain.inflation.flags import Flag, FlagKind
from domain.inflation.residuals import Member
from domain.inflation.thresholds import Residual, Thresholds


@dataclass(frozen=True, slots=True)
class Review:
    """flags: in the order of posts, metrics and buckets. judged: of how many gains (windows, for
    LASTING_STEP) each rule could say something. left_out: how many gains it could not, and why."""

    flags: tuple[Flag, ...]
    judged: Mapping[FlagKind, int]
    left_out: Mapping[LeftOut, int]


@dataclass(slots=True)
class _Found:
    flags: list[Flag] = field(default_factory=list)
    judged: Counter[FlagKind] = field(default_factory=Counter)
    left_out: Counter[LeftOut] = field(default_factory=Counter)


def review(courses: Iterable[Course], thresholds: Thresholds) -> Review:
    """What the rules on gains say; the same for any order of the courses."""
    found = _Found()
    levels: list[Member] = []
    jumps: list[Member] = []
    for course in courses:
        reasons = course.left_out(thresholds)
        found.left_out.update(reasons.values())
        gains = {at: gain for at, gain in course.gains.items() if at not in reasons}
        levels += residuals.levels(course, gains)
        jumps += residuals.jumps(course, gains)
        windows = list(steps.windows(course, gains, thresholds))
        found.judged[FlagKind.LASTING_STEP] += len(windows)
        found.flags += steps.flags_of(course, windows, thresholds)
    _compare(FlagKind.GAIN_LEVEL, levels, thresholds.level, thresholds, found)
    _compare(FlagKind.GAIN_JUMP, jumps, thresholds.jump, thresholds, found)
    return Review(tuple(sorted(found.flags, key=_order)), found.judged, found.left_out)


def _compare(
    kind: FlagKind,
    members: Iterable[Member],
    residual: Residual,
    thresholds: Thresholds,
    found: _Found,
) -> None:
    for group in residuals.groups(members, residual, thresholds):
        coarse = sum(each.gain.is_coarse(thresholds.least_steps) for each in group.members)
        fine, reason = len(group.members) - coarse, residuals.why_not(group, thresholds)
        if reason is None:
            found.judged[kind] += fine
            found.flags += residuals.flags_of(kind, group, residual, thresholds)
        # Every gain has a level, not every one a jump: each is told once.
        if kind is FlagKind.GAIN_LEVEL:
            found.left_out[LeftOut.TOO_COARSE] += coarse
            if reason:
                found.left_out[reason] += fine


def _order(flag: Flag) -> tuple[str, ...]:
    return flag.post, flag.metric, flag.bucket.isoformat(), flag.kind
