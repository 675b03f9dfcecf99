"""What a post gained, bucket by bucket, and which of it may be judged; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.engagement.definitions import Definition
from domain.engagement.rules import Metric
from domain.inflation.thresholds import Thresholds
from domain.partners.rules import Platform


class LeftOut(StrEnum):
    """Why a gain is not judged."""

    DEFINITION_BREAK = "DEFINITION_BREAK"
    RESTATED = "RESTATED"
    TOO_COARSE = "TOO_COARSE"
    SMALL_GROUP = "SMALL_GROUP"
    COARSE_GROUP = "COARSE_GROUP"


class Gain(NamedTuple):
    """value: signed. resolution: the coarser rounding of the two counters it lies between."""

    value: int
    resolution: int = 1

    @property
    def at_least_a_step(self) -> int:
        """Less than its rounding cannot be told from none."""
        return max(self.value, self.resolution)

    @property
    def is_untold(self) -> bool:
        return self.value <= self.resolution

    def is_coarse(self, least_steps: int) -> bool:
        """Whether rounding alone could be a good part of it."""
        return self.value < least_steps * self.resolution


@dataclass(frozen=True, slots=True)
class Course:
    """What one post (or topic) gained under one metric, as far as it is known.

    definition: the code of what was counted. bucket: an hour or a day. gains: by the moment their
    bucket begins; one of which nothing is known has no entry: missing is not zero. breaks: when
    what is counted changed. restated: buckets that were corrected afterwards.
    """

    post: str
    platform: Platform
    metric: Metric
    definition: str
    published_at: datetime
    bucket: timedelta
    gains: Mapping[datetime, Gain]
    breaks: tuple[datetime, ...] = ()
    restated: frozenset[datetime] = field(default_factory=frozenset)

    @property
    def corrections(self) -> frozenset[datetime]:
        """Where it was restated, or fell: a platform takes back what it had counted too much."""
        fell = (at for at, gain in self.gains.items() if gain.value < 0)
        return self.restated.union(fell)

    def left_out(self, thresholds: Thresholds) -> dict[datetime, LeftOut]:
        """The buckets that are not judged whatever they gained, with the reason."""
        found: dict[datetime, LeftOut] = {}
        margin = timedelta(hours=thresholds.restatement_margin_hours)
        found.update(dict.fromkeys(self._around(self.corrections, margin), LeftOut.RESTATED))
        margin = timedelta(hours=thresholds.break_margin_hours)
        found.update(dict.fromkeys(self._around(self.breaks, margin), LeftOut.DEFINITION_BREAK))
        return found

    def _around(self, moments: Iterable[datetime], margin: timedelta) -> Iterable[datetime]:
        near = [(at - margin - self.bucket, at + margin) for at in moments]
        return (at for at in self.gains if any(low < at <= high for low, high in near))


def announced_breaks(
    definitions: Iterable[Definition], platform: Platform, metric: Metric
) -> tuple[datetime, ...]:
    """The beginnings of the days on which a platform changed what it counts under a metric."""
    own = [each for each in definitions if (each.platform, each.metric) == (platform, metric)]
    days = {each.valid_from for each in own if each.valid_from}
    days |= {each.valid_until + timedelta(1) for each in own if each.valid_until}
    return tuple(datetime.combine(day, time(), UTC) for day in sorted(days))
