"""The calendar of the platforms that count by day: the data set's, five weeks later.

WeChat's present statistics begin on 2025-11-01; the data set ends before. Whole weeks keep the
days of the week.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sandbox.topics import CST, Topic

DAYS_AHEAD = 35


def moment_of(hour: int) -> datetime:
    """When an hour of the data begins on that calendar, Asia/Shanghai."""
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(CST) + timedelta(DAYS_AHEAD)


def day_of(hour: int) -> date:
    return moment_of(hour).date()


def hours_of(day: date) -> range:
    """The hours of the data that lie on a day."""
    start = datetime(day.year, day.month, day.day, tzinfo=CST) - timedelta(DAYS_AHEAD)
    first = int(start.timestamp()) // 3600
    return range(first, first + 24)


def published_on(topic: Topic) -> date:
    """A topic counts as published when it is first seen."""
    return day_of(topic.hours[0])
