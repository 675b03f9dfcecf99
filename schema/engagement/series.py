"""Where a series' points come from: the derived daily and hourly rows of one subject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from domain.engagement.buckets import UNITS, by_bucket, first_day, next_first_day
from domain.engagement.rules import Bucket
from domain.moments import EARLIEST, LATEST
from schema.engagement.of_subject import of_subject
from schema.engagement.past import moment_sql, past_gains
from schema.planner.arguments import Arguments, Value
from schema.planner.errors import BadInput
from schema.planner.statement import Statement

MAX_POINTS = 400
BACK = {
    Bucket.HOUR: "({until} - 29)",
    Bucket.DAY: "({until} - 29)",
    Bucket.WEEK: "(date_trunc('week', {until}::timestamp)::date - 77)",
    Bucket.MONTH: "(date_trunc('month', {until}::timestamp) - interval '11 months')::date",
}
"""The first day when none is asked for: 30 days, 12 weeks, 12 months."""
USUAL_ROWS = {Bucket.HOUR: MAX_POINTS, Bucket.DAY: 30, Bucket.WEEK: 84, Bucket.MONTH: 366}
"""Days or hours of such a period."""
MOST_ROWS = {
    Bucket.HOUR: MAX_POINTS,
    Bucket.DAY: MAX_POINTS,
    Bucket.WEEK: 2_800,
    Bucket.MONTH: 3_660,
}
"""Of a period that is asked for: MAX_POINTS of them, or ten years of days."""


def series_table(kind: str, subject: str) -> Callable[[Statement, Arguments], str]:
    """FROM text giving `starts_at`, `ends_at`, `value`, `days`, `days_known`, `is_complete`, the
    newest MAX_POINTS. kind, subject: SQL of the subject's kind and id."""

    def table(statement: Statement, arguments: Arguments) -> str:
        theirs = f"{of_subject('h', kind, subject)} AND h.metric = '{arguments.get('metric')}'"
        bucket = bucket_of(arguments)
        points = (
            _hours(statement, arguments, theirs)
            if bucket is Bucket.HOUR
            else _days(statement, arguments, theirs, bucket)
        )
        is_known = "b.value IS NOT NULL AND b.days_known IS NOT DISTINCT FROM b.days"
        return (
            f"(SELECT b.*, {is_known} AND b.ends_at <= {moment_sql(statement, arguments)}"
            f" AS is_complete FROM ({points}) b ORDER BY b.starts_at DESC LIMIT {MAX_POINTS})"
        )

    return table


def rows_read(statement: Statement, arguments: Arguments) -> int:
    """How many days or hours a series reads at most: what it counts for in the cost."""
    rows = USUAL_ROWS if arguments.get("since") is None else MOST_ROWS
    return rows[bucket_of(arguments)]


def bucket_of(arguments: Arguments) -> Bucket:
    return Bucket(arguments.get("bucket") or Bucket.DAY)


def _days(statement: Statement, arguments: Arguments, theirs: str, bucket: Bucket) -> str:
    """Days, or what is made of days: a week counts those of its days that are asked for."""
    since, until = period_sql(statement, arguments)
    zone = statement.bind(statement.zone, "text")
    known = by_bucket(
        bucket,
        gains(statement, arguments, "day", f"{theirs} AND h.day BETWEEN {since} AND {until}"),
    )
    if arguments.get("gaps"):
        last = first_day(bucket, f"least({until}, {_today(statement)})")
        every = _every(UNITS[bucket], first_day(bucket, since), last, "timestamp")
        known = (
            "SELECT e.start::date AS first_day, k.value, coalesce(k.days_known, 0) AS days_known"
            f" FROM {every} LEFT JOIN ({known}) k ON k.first_day = e.start::date"
        )
    after = next_first_day(bucket, "p.first_day")
    return (
        f"SELECT p.first_day::timestamp AT TIME ZONE {zone} AS starts_at,"
        f" {after}::timestamp AT TIME ZONE {zone} AS ends_at, p.value,"
        f" {after} - p.first_day AS days, p.days_known FROM ({known}) p"
    )


def _hours(statement: Statement, arguments: Arguments, theirs: str) -> str:
    since, until = period_sql(statement, arguments)
    zone = statement.bind(statement.zone, "text")
    first = f"{since}::timestamp AT TIME ZONE {zone}"
    end = f"({until} + 1)::timestamp AT TIME ZONE {zone}"
    hours = f"{theirs} AND h.hour >= {first} AND h.hour < {end}"
    known = f"SELECT h.hour, h.value FROM {gains(statement, arguments, 'hour', hours)} h"
    if arguments.get("gaps"):
        last = f"least({end} - interval '1 hour', date_trunc('hour', now(), {zone}))"
        every = _every("hour", first, last, "timestamptz")
        joined = f"{every} LEFT JOIN ({known}) k ON k.hour = e.start"
        known = f"SELECT e.start AS hour, k.value FROM {joined}"
    return (
        "SELECT p.hour AS starts_at, p.hour + interval '1 hour' AS ends_at, p.value,"
        f" NULL::integer AS days, NULL::integer AS days_known FROM ({known}) p"
    )


def _every(unit: str, first: str, last: str, sql_type: str) -> str:
    """FROM text: the starts of all buckets from the first to the last, the newest MAX_POINTS."""
    oldest = f"({last})::{sql_type} - interval '{MAX_POINTS - 1} {unit}'"
    return (
        f"generate_series(({last})::{sql_type}, greatest(({first})::{sql_type}, {oldest}),"
        f" interval '-1 {unit}') AS e (start)"
    )


def gains(statement: Statement, arguments: Arguments, bucket: str, condition: str) -> str:
    """FROM text of days or hours as they are, or were believed at `asOf`. condition: on `h`."""
    table = "daily" if bucket == "day" else "hourly"
    if arguments.get("asOf") is None:
        return f"(SELECT h.* FROM engagement_{table} h WHERE {condition})"
    return f"({past_gains(table, bucket, condition, moment_sql(statement, arguments))})"


def period_sql(statement: Statement, arguments: Arguments) -> tuple[str, str]:
    """SQL of the first and the last day asked for. Raises BadInput when they are the wrong way, or
    before or after all days of ours."""
    ends = Value(items=(_value(arguments.get("since")), _value(arguments.get("until"))))
    if arguments.get("until") is None:
        until = _today(statement)
    else:
        until = statement.bind(ends, "date", lambda ends: _checked(ends)[1])
    if arguments.get("since") is None:
        return BACK[bucket_of(arguments)].format(until=until), until
    return statement.bind(ends, "date", lambda ends: _checked(ends)[0]), until


def _today(statement: Statement) -> str:
    return f"(now() AT TIME ZONE {statement.bind(statement.zone, 'text')})::date"


def _value(given: Any) -> Value:
    return given if isinstance(given, Value) else Value(given)


def _checked(ends: list[date | None]) -> list[date | None]:
    since, until = ends
    for name, day in (("since", since), ("until", until)):
        if day is not None and not EARLIEST.date() <= day < LATEST.date():
            years = f"{EARLIEST.year} to {LATEST.year - 1}"
            raise BadInput(f"`{name}` ({day}) lies outside the years {years}")
    if since is not None and until is not None and since > until:
        raise BadInput(f"`since` ({since}) is later than `until` ({until})")
    return ends
