"""What the derived rows of posts say otherwise than the stored ones; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from domain.engagement.actions.histories import History
from domain.engagement.figures import Figures, figures_of


class TotalChange(NamedTuple):
    post_id: int
    metric: str
    was: Figures
    now: Figures

    @property
    def lowers(self) -> bool:
        """Whether a latest moment became an earlier one, which no sum or maximum can undo."""
        return _earlier(self.now.as_of, self.was.as_of) or _earlier(
            self.now.stale_at, self.was.stale_at
        )


class BucketChange(NamedTuple):
    """value: None when the row goes away. gained: by how much the row and all above it change."""

    post_id: int
    metric: str
    bucket: date
    value: int | None
    gained: int


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
        now = figures_of(derived.total, posted_at=history.posted_at, gone=history.gone)
        if now != history.stored:
            found.totals.append(TotalChange(*history.pair, history.stored, now))
        found.daily += _bucket_changes(history, history.daily, derived.daily)
        found.hourly += _bucket_changes(history, history.hourly, derived.hourly)


def _bucket_changes(
    history: History, was: Mapping[Any, int], now: Mapping[Any, int]
) -> Iterable[BucketChange]:
    for bucket, value in now.items():
        if was.get(bucket) != value:
            yield BucketChange(*history.pair, bucket, value, value - was.get(bucket, 0))
    for bucket in was.keys() - now.keys():
        yield BucketChange(*history.pair, bucket, None, -was[bucket])


def _earlier(now: datetime | None, was: datetime | None) -> bool:
    return was is not None and (now is None or now < was)
