"""What was gained by day and by hour, while a history is walked through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from domain.engagement.rules import MAX_VALUE, Addition

Bucket = TypeVar("Bucket", date, datetime)


class Gains:
    """daily, hourly: signed gains. additions: of the buckets whose gains are not always added.

    A bucket holds the gains of one segment only: the last one that gained in it.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self.daily: dict[date, int] = {}
        self.hourly: dict[datetime, int] = {}
        self.additions: dict[date, Addition] = {}
        self._zone = zone
        self._addition = Addition.ALWAYS
        self._own: set[date] | None = None

    def open(self, addition: Addition, *, first: bool) -> None:
        """A segment begins. The first one finds no bucket that could be another's."""
        self._addition = addition
        self._own = None if first else set()

    def add(self, moment: datetime, value: int, *, within_an_hour: bool = True) -> None:
        """Add a gain to its day, and to its hour where it lies within one."""
        self._put(moment, value, int.__add__, within_an_hour)

    def raise_to(self, moment: datetime, value: int, *, within_an_hour: bool) -> None:
        """People of a period: the most of any of the bucket's, since people are never added up."""
        self._put(moment, value, max, within_an_hour)

    def cap(self) -> None:
        """Absurdly many parts must not overflow the sums that others share."""
        self.daily = {day: min(value, MAX_VALUE) for day, value in self.daily.items()}
        self.hourly = {hour: min(value, MAX_VALUE) for hour, value in self.hourly.items()}

    def _put(
        self,
        moment: datetime,
        value: int,
        combine: Callable[[int, int], int],
        within_an_hour: bool,
    ) -> None:
        local = moment.astimezone(self._zone)
        self._into(self.daily, local.date(), value, combine)
        if within_an_hour:
            self._into(self.hourly, hour_of(local), value, combine)

    def _into(
        self,
        values: dict[Bucket, int],
        bucket: Bucket,
        value: int,
        combine: Callable[[int, int], int],
    ) -> None:
        if self._own is not None and bucket not in self._own:
            self._own.add(bucket)
            values.pop(bucket, None)
            self.additions.pop(bucket, None)
        values[bucket] = combine(values.get(bucket, 0), value)
        if self._addition is not Addition.ALWAYS:
            self.additions[bucket] = self._addition


def hour_of(local: datetime) -> datetime:
    """When the hour of a local moment began, in UTC."""
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
