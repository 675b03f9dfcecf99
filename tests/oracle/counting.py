"""Totals, series and leaderboards out of the derived rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any

from tests.oracle.asked import Asked
from tests.oracle.tables import Row, Subject

MOST_POINTS = 400
LEADERS = {
    "ARTICLES": "Article",
    "ACCOUNTS": "Account",
    "PARTNERS": "Partner",
    "ORGANIZATIONS": "Organization",
}


@dataclass(frozen=True)
class Series:
    """What engagementSeries found; its points are worked out when they are asked for."""

    subject: Row
    metric: str
    bucket: str
    since: date | None
    until: date | None


def subject_of(row: Row, metric: str) -> Subject:
    return type(row).__name__.upper(), row.id, metric


def total(asked: Asked, row: Row, metric: str) -> SimpleNamespace:
    found = asked.tables.totals[subject_of(row, metric)]
    return SimpleNamespace(
        metric=metric,
        value=found["value"],
        status=_status(found, asked.now),
        as_of=found["as_of"],
        coverage=SimpleNamespace(
            **{name: found[name] for name in ("known", "counted", "people", "reposts")}
        ),
    )


def _status(found: dict[str, Any], now: datetime) -> str:
    if found["value"] is None:
        return "UNAVAILABLE"
    if found["stale_at"] is not None and found["stale_at"] < now:
        return "STALE"
    if found["at_least"]:
        return "AT_LEAST"
    return "PROVISIONAL" if found["provisional"] else "EXACT"


def points(asked: Asked, wanted: Series) -> list[SimpleNamespace]:
    """Oldest first, of the days asked for, the newest 400 at most."""
    first, last = period(asked, wanted.since, wanted.until)
    gains: dict[datetime, int] = {}
    subject = subject_of(wanted.subject, wanted.metric)
    if wanted.bucket == "DAY":
        for day, value in asked.tables.daily.get(subject, {}).items():
            if first <= day.toordinal() <= last:
                gains[datetime.combine(day, time(), asked.zone).astimezone(UTC)] = value
    else:
        for hour, value in asked.tables.hourly.get(subject, {}).items():
            if first <= hour.astimezone(asked.zone).date().toordinal() <= last:
                gains[hour] = value
    shown = sorted(gains.items())[-MOST_POINTS:]
    return [SimpleNamespace(starts_at=starts_at, value=value) for starts_at, value in shown]


def period(asked: Asked, since: date | None, until: date | None) -> tuple[int, int]:
    """The first and the last day, as ordinals: 30 days up to today where nothing else is said."""
    last = (until or asked.today).toordinal()
    return (last - 29 if since is None else since.toordinal()), last


def leaders(
    asked: Asked, of: str, metric: str, since: date | None, until: date | None, first: int
) -> list[SimpleNamespace]:
    values: list[tuple[int, Row]] = []
    for row in asked.all(LEADERS[of]):
        value = _gained(asked, subject_of(row, metric), since, until)
        if value is not None:
            values.append((value, row))
    values.sort(key=lambda each: (each[0], each[1].id), reverse=True)
    return [
        SimpleNamespace(
            rank=1 + sum(other > value for other, _ in values), value=value, subject=row
        )
        for value, row in values[:first]
    ]


def _gained(asked: Asked, subject: Subject, since: date | None, until: date | None) -> int | None:
    if since is None and until is None:
        value: int | None = asked.tables.totals[subject]["value"]
        return value
    first, last = period(asked, since, until)
    days = asked.tables.daily.get(subject, {}).items()
    gains = [value for day, value in days if first <= day.toordinal() <= last]
    return sum(gains) if gains else None
