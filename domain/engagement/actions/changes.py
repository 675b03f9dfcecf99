"""What the derived rows of posts say otherwise than the stored ones; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from domain.engagement.actions.histories import Gain, History
from domain.engagement.derivation import Derived
from domain.engagement.figures import Figures, figures_of


class TotalChange(NamedTuple):
    post_id: int
    metric: str
    was: Figures
    now: Figures

    @property
    def lowers(self) -> bool:
        """Whether a latest moment became an earlier one, or is none for some that the post counts
        for: no sum or maximum can undo that."""
        return (
            self.now.addition != self.was.addition
            or _earlier(self.now.as_of, self.was.as_of)
            or _earlier(self.now.stale_at, self.was.stale_at)
        )


class BucketChange(NamedTuple):
    """was, now: None where there is no row."""

    post_id: int
    metric: str
    bucket: date
    was: Gain | None
    now: Gain | None


@dataclass(slots=True)
class Changes:
    totals: list[TotalChange] = field(default_factory=list)
    daily: list[BucketChange] = field(default_factory=list)
    hourly: list[BucketChange] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.totals) + len(self.daily) + len(self.hourly)


def collect(found: Changes, histories: Iterable[History], zone: ZoneInfo) -> None:
    for history in histories:
        derived = history.derive(zone)
        now = figures_of(derived, posted_at=history.posted_at, gone=history.gone)
        if now != history.stored:
            found.totals.append(TotalChange(*history.pair, history.stored, now))
        found.daily += _bucket_changes(history, history.daily, derived, derived.daily)
        found.hourly += _bucket_changes(history, history.hourly, derived, derived.hourly)


def _bucket_changes(
    history: History, was: Mapping[Any, Gain], derived: Derived, values: Mapping[Any, int]
) -> Iterable[BucketChange]:
    for bucket, value in values.items():
        now = Gain(value, derived.addition(bucket).value)
        if was.get(bucket) != now:
            yield BucketChange(*history.pair, bucket, was.get(bucket), now)
    for bucket in was.keys() - values.keys():
        yield BucketChange(*history.pair, bucket, was[bucket], None)


def _earlier(now: datetime | None, was: datetime | None) -> bool:
    return was is not None and (now is None or now < was)
