"""Totals, series and leaderboards out of the derived rows."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from tests.oracle.asked import Asked
from tests.oracle.tables import Believed, Row, Subject

MOST_POINTS = 400
HOUR = timedelta(hours=1)
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
    gaps: bool = False
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
    first, last = period(asked, wanted.since, wanted.until, wanted.bucket)
    subject = subject_of(wanted.subject, wanted.metric)
    if wanted.bucket == "HOUR":
        found = _by_hour(asked, _hours(asked, subject, wanted.as_of), first, last, wanted.gaps)
    else:
        found = _by_days(asked, wanted, _days(asked, subject, wanted.as_of), first, last)
    moment = wanted.as_of or asked.now
    for point in found:
        is_known = point.value is not None and point.days_known == point.days
        point.is_complete = is_known and point.ends_at <= moment
    return found[-MOST_POINTS:]


def _by_hour(
    asked: Asked, gains: dict[datetime, int], first: int, last: int, gaps: bool
) -> list[SimpleNamespace]:
    hours = {hour for hour in gains if first <= _day(asked, hour) <= last}
    if gaps:
        hour = asked.now.replace(minute=0, second=0, microsecond=0)
        hour = min(hour, _midnight(asked, date.fromordinal(last + 1)) - HOUR)
        while _day(asked, hour) >= first and len(hours) < 2 * MOST_POINTS:
            hours.add(hour)
            hour -= HOUR
    return [
        SimpleNamespace(
            starts_at=hour, ends_at=hour + HOUR, value=gains.get(hour), days=None, days_known=None
        )
        for hour in sorted(hours)
    ]


def _by_days(
    asked: Asked, wanted: Series, gains: dict[date, int], first: int, last: int
) -> list[SimpleNamespace]:
    days = [day for day in gains if first <= day.toordinal() <= last]
    buckets = {_start(day, wanted.bucket) for day in days}
    if wanted.gaps:
        until = min(last, asked.today.toordinal())
        all_days = (date.fromordinal(number) for number in range(first, until + 1))
        buckets |= {_start(day, wanted.bucket) for day in all_days}
    return [_point(asked, wanted.bucket, start, days, gains) for start in sorted(buckets)]


def _point(
    asked: Asked, bucket: str, start: date, days: list[date], gains: dict[date, int]
) -> SimpleNamespace:
    length = {"DAY": 1, "WEEK": 7, "MONTH": monthrange(start.year, start.month)[1]}[bucket]
    own = [day for day in days if _start(day, bucket) == start]
    return SimpleNamespace(
        starts_at=_midnight(asked, start),
        ends_at=_midnight(asked, start + timedelta(days=length)),
        value=sum(gains[day] for day in own) if own else None,
        days=length,
        days_known=len(own),
    )


def _start(day: date, bucket: str) -> date:
    if bucket == "WEEK":
        return day - timedelta(days=day.isoweekday() - 1)
    return day.replace(day=1) if bucket == "MONTH" else day


def _midnight(asked: Asked, day: date) -> datetime:
    return datetime.combine(day, time(), asked.zone).astimezone(UTC)


def _day(asked: Asked, moment: datetime) -> int:
    return moment.astimezone(asked.zone).date().toordinal()


def period(
    asked: Asked, since: date | None, until: date | None, bucket: str = "DAY"
) -> tuple[int, int]:
    """The first and the last day, as ordinals: 30 days up to today where nothing else is said, or
    12 weeks or months with the one in which the last day lies."""
    end = until or asked.today
    last = end.toordinal()
    if since is not None:
        return since.toordinal(), last
    if bucket == "WEEK":
        return last - end.isoweekday() + 1 - 11 * 7, last
    if bucket == "MONTH":
        months = end.year * 12 + end.month - 1 - 11
        return date(months // 12, months % 12 + 1, 1).toordinal(), last
    return last - 29, last


def compared(
    asked: Asked,
    row: Row,
    metric: str,
    since: date | None,
    until: date | None,
    compare: str,
    as_of: datetime | None = None,
) -> SimpleNamespace:
    first, last = period(asked, since, until)
    length = max(last - first + 1, 0)
    before = (first - length, first - 1)
    if compare == "YEAR_BEFORE":
        before = (_year_before(first), _year_before(last))
    gains = _days(asked, subject_of(row, metric), as_of)
    value, days_known = _sum(gains, first, last)
    previous, previous_days_known = _sum(gains, *before)
    previous_days = max(before[1] - before[0] + 1, 0)
    found = SimpleNamespace(metric=metric, value=value, previous=previous, change=None, ratio=None)
    found.since, found.until = date.fromordinal(first), date.fromordinal(last)
    found.previous_since, found.previous_until = map(date.fromordinal, before)
    found.days, found.days_known = length, days_known
    found.previous_days, found.previous_days_known = previous_days, previous_days_known
    found.is_complete = days_known == length and previous_days_known == previous_days
    found.no_ratio = "UNKNOWN" if value is None else None
    if value is not None and previous is None:
        found.no_ratio = "PREVIOUS_UNKNOWN"
    if value is not None and previous is not None:
        found.change = value - previous
        found.no_ratio = None if previous > 0 else "PREVIOUS_NOT_POSITIVE"
        found.ratio = found.change / previous if previous > 0 else None
    return found


def _sum(gains: dict[date, int], first: int, last: int) -> tuple[int | None, int]:
    known = [value for day, value in gains.items() if first <= day.toordinal() <= last]
    return sum(known) if known else None, len(known)


def _year_before(ordinal: int) -> int:
    day = date.fromordinal(ordinal)
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - 1).toordinal()


def leaders(
    asked: Asked,
    of: str,
    metric: str,
    since: date | None,
    until: date | None,
    first: int,
    minimum_coverage: float | None = None,
    as_of: datetime | None = None,
) -> list[SimpleNamespace]:
    values: list[tuple[int, Row]] = []
    for row in asked.all(LEADERS[of]):
        figures = _figures(asked, subject_of(row, metric), as_of)
        share = figures["counted"] / figures["known"] if figures["known"] else -1
        if minimum_coverage is not None and share < minimum_coverage:
            continue
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
    return _sum(_days(asked, subject, as_of), first, last)[0]
