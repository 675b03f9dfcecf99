"""Totals, series and leaderboards out of the derived rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any

from tests.oracle.asked import Asked
from tests.oracle.tables import Believed, Row, Subject

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
    as_of: datetime | None = None


def subject_of(row: Row, metric: str) -> Subject:
    return type(row).__name__.upper(), row.id, metric


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("value", "as_of", "stale_at")),
    **dict.fromkeys(("known", "counted", "at_least", "provisional", "people", "reposts"), 0),
}


def total(asked: Asked, row: Row, metric: str, as_of: datetime | None = None) -> SimpleNamespace:
    subject = subject_of(row, metric)
    found = _figures(asked, subject, as_of)
    counts = {name: found[name] for name in ("known", "counted", "people", "reposts")}
    return SimpleNamespace(
        metric=metric,
        value=found["value"],
        status=_status(found, as_of or asked.now),
        as_of=found["as_of"],
        coverage=SimpleNamespace(**counts, of=(row, metric, as_of)),
    )


def _figures(asked: Asked, subject: Subject, as_of: datetime | None) -> dict[str, Any]:
    if as_of is None:
        return asked.tables.totals[subject]
    rows = asked.tables.history.totals.get(subject, [])
    believed = [row for row in rows if row["believed_from"] <= as_of]
    return believed[-1] if believed else NOTHING


def stale(asked: Asked, coverage: SimpleNamespace) -> int:
    """Nothing here is a repost or counts people: every post of the subject is added."""
    row, metric, as_of = coverage.of
    posts = [post for post in asked.tables.nouns["Post"].values() if _counts_for(asked, post, row)]
    figures = [_figures(asked, subject_of(post, metric), as_of) for post in posts]
    moment = as_of or asked.now
    return sum(each["stale_at"] is not None and each["stale_at"] < moment for each in figures)


def _counts_for(asked: Asked, post: Row, row: Row) -> bool:
    name = type(row).__name__
    if name == "Network":
        return True
    if name == "Post":
        return bool(post.id == row.id)
    if name == "Organization":
        return asked.tables.is_within("Organization", post.organization_id, row.id)
    if name == "Partner":
        account = asked.tables.nouns["Account"][post.account_id]
        return bool(account.partner_id == row.id)
    return bool(getattr(post, f"{name.lower()}_id") == row.id)


def _days(asked: Asked, subject: Subject, as_of: datetime | None) -> dict[date, int]:
    if as_of is None:
        return asked.tables.daily.get(subject, {})
    return _believed(asked.tables.history.daily, "day", subject, as_of)


def _hours(asked: Asked, subject: Subject, as_of: datetime | None) -> dict[datetime, int]:
    if as_of is None:
        return asked.tables.hourly.get(subject, {})
    return _believed(asked.tables.history.hourly, "hour", subject, as_of)


def _believed(rows: Believed, bucket: str, subject: Subject, as_of: datetime) -> dict[Any, int]:
    found: dict[Any, int | None] = {}
    for row in rows.get(subject, []):
        if row["believed_from"] <= as_of:
            found[row[bucket]] = row["value"]
    return {place: value for place, value in found.items() if value is not None}


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
        for day, value in _days(asked, subject, wanted.as_of).items():
            if first <= day.toordinal() <= last:
                gains[datetime.combine(day, time(), asked.zone).astimezone(UTC)] = value
    else:
        for hour, value in _hours(asked, subject, wanted.as_of).items():
            if first <= hour.astimezone(asked.zone).date().toordinal() <= last:
                gains[hour] = value
    shown = sorted(gains.items())[-MOST_POINTS:]
    return [SimpleNamespace(starts_at=starts_at, value=value) for starts_at, value in shown]


def period(asked: Asked, since: date | None, until: date | None) -> tuple[int, int]:
    """The first and the last day, as ordinals: 30 days up to today where nothing else is said."""
    last = (until or asked.today).toordinal()
    return (last - 29 if since is None else since.toordinal()), last


def leaders(
    asked: Asked,
    of: str,
    metric: str,
    since: date | None,
    until: date | None,
    first: int,
    as_of: datetime | None = None,
) -> list[SimpleNamespace]:
    values: list[tuple[int, Row]] = []
    for row in asked.all(LEADERS[of]):
        value = _gained(asked, subject_of(row, metric), since, until, as_of)
        if value is not None:
            values.append((value, row))
    values.sort(key=lambda each: (each[0], each[1].id), reverse=True)
    return [
        SimpleNamespace(
            rank=1 + sum(other > value for other, _ in values), value=value, subject=row
        )
        for value, row in values[:first]
    ]


def _gained(
    asked: Asked,
    subject: Subject,
    since: date | None,
    until: date | None,
    as_of: datetime | None,
) -> int | None:
    if since is None and until is None:
        value: int | None = _figures(asked, subject, as_of)["value"]
        return value
    first, last = period(asked, since, until)
    days = _days(asked, subject, as_of).items()
    gains = [value for day, value in days if first <= day.toordinal() <= last]
    return sum(gains) if gains else None
