"""What a rule finds: what it saw, what would be usual, and what that follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.engagement.rules import Metric

DIGITS = 6
"""Scores are compared and told with so many."""


class FlagKind(StrEnum):
    """GAIN_LEVEL: a bucket gained far more than others of its age. GAIN_JUMP: far more, against the
    bucket before, than others did. LASTING_STEP: it rose and did not decay. RATIO: of two counters.
    """

    GAIN_LEVEL = "GAIN_LEVEL"
    GAIN_JUMP = "GAIN_JUMP"
    LASTING_STEP = "LASTING_STEP"
    RATIO = "RATIO"


@dataclass(frozen=True, slots=True)
class Flag:
    """Evidence for a person, no verdict.

    bucket: where it begins. length: its own; 0 of a RATIO, which is of all since publication.
    observed, low, high: the gain (GAIN_LEVEL), the gain as a multiple of the one before (GAIN_JUMP)
    or of the median before (LASTING_STEP), or the ratio (RATIO), and what of it is usual.
    score: spreads above the median (GAIN_LEVEL, GAIN_JUMP), or how many times beyond the usual.
    inputs: what the score follows from. rule_version: that of the thresholds.
    """

    kind: FlagKind
    post: str
    metric: Metric
    bucket: datetime
    observed: float
    low: float
    high: float
    score: float
    inputs: Mapping[str, float | str]
    rule_version: str
    length: timedelta = timedelta(0)


def rounded(value: float) -> float:
    return round(value, DIGITS)
