"""Steps that do not decay: natural interest falls off, a bought supply goes on; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from domain.inflation.courses import Course, Gain
from domain.inflation.flags import Flag, FlagKind, rounded
from domain.inflation.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Window:
    """Buckets without a gap around `at`. base: the median of those before it; least, most: of those
    from it on."""

    at: datetime
    base: float
    least: int
    most: int


def windows(
    course: Course, gains: Mapping[datetime, Gain], thresholds: Thresholds
) -> Iterator[Window]:
    """Where enough is known, and finely enough, to see a step."""
    step = thresholds.step
    for at in sorted(gains):
        places = range(-step.before, step.after)
        known = [gains.get(at + place * course.bucket) for place in places]
        found = [gain for gain in known if gain is not None]
        after = found[step.before :]
        coarse = any(gain.is_coarse(thresholds.least_steps) for gain in after)
        if len(found) == len(known) and not coarse:
            base = median(gain.at_least_a_step for gain in found[: step.before])
            values = [gain.value for gain in after]
            yield Window(at, base, min(values), max(values))


def flags_of(course: Course, seen: list[Window], thresholds: Thresholds) -> Iterator[Flag]:
    """A step is one flag, at its first bucket, however long it lasts."""
    step, ends = thresholds.step, None
    for window in seen:
        rose = window.least >= step.factor * window.base
        lasts = window.least >= step.flatness * window.most
        if rose and lasts and (ends is None or window.at >= ends):
            ends = window.at + step.after * course.bucket
            yield _flag(course, window, thresholds)


def _flag(course: Course, window: Window, thresholds: Thresholds) -> Flag:
    multiple, usual = window.least / window.base, thresholds.step.factor
    inputs: dict[str, float | str] = {
        "median_before": window.base,
        "buckets_before": thresholds.step.before,
        "least_after": window.least,
        "most_after": window.most,
        "buckets_after": thresholds.step.after,
        "definition": course.definition,
    }
    return Flag(
        FlagKind.LASTING_STEP,
        course.post,
        course.metric,
        window.at,
        rounded(multiple),
        0.0,
        usual,
        rounded(multiple / usual),
        inputs,
        thresholds.version,
        course.bucket,
    )
