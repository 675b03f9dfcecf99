"""Where a series' points come from: the derived daily and hourly rows of one subject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

from schema.engagement.past import moment_sql, past_gains
from schema.planner.arguments import Arguments, Value
from schema.planner.errors import BadInput
from schema.planner.statement import Statement

MAX_POINTS = 400


class Bucket(StrEnum):
    """How a series is cut."""

    DAY = "DAY"
    HOUR = "HOUR"


def series_table(kind: str, subject: str) -> Callable[[Statement, Arguments], str]:
    """FROM text giving `starts_at` and `value`. kind, subject: SQL of the subject's kind and id."""

    def table(statement: Statement, arguments: Arguments) -> str:
        since, until = period_sql(statement, arguments)
        zone = statement.bind(statement.zone, "text")
        of_subject = (
            f"h.subject_kind = {kind} AND h.subject_id = {subject}"
            f" AND h.metric = '{arguments.get('metric')}'"
        )
        newest = f"LIMIT {MAX_POINTS})"
        if arguments.get("bucket") == Bucket.DAY:
            days = f"{of_subject} AND h.day BETWEEN {since} AND {until}"
            return (
                f"(SELECT p.day::timestamp AT TIME ZONE {zone} AS starts_at, p.value"
                f" FROM {gains(statement, arguments, 'day', days)} p ORDER BY p.day DESC {newest}"
            )
        hours = (
            f"{of_subject} AND h.hour >= {since}::timestamp AT TIME ZONE {zone}"
            f" AND h.hour < ({until} + 1)::timestamp AT TIME ZONE {zone}"
        )
        return (
            "(SELECT p.hour AS starts_at, p.value"
            f" FROM {gains(statement, arguments, 'hour', hours)} p ORDER BY p.hour DESC {newest}"
        )

    return table


def gains(statement: Statement, arguments: Arguments, bucket: str, condition: str) -> str:
    """FROM text of days or hours as they are, or were believed at `asOf`. condition: on `h`."""
    table = "daily" if bucket == "day" else "hourly"
    if arguments.get("asOf") is None:
        return f"(SELECT h.* FROM engagement_{table} h WHERE {condition})"
    return f"({past_gains(table, bucket, condition, moment_sql(statement, arguments))})"


def period_sql(statement: Statement, arguments: Arguments) -> tuple[str, str]:
    """SQL of the first and the last day asked for. Raises BadInput when they are the wrong way."""
    ends = Value(items=(_value(arguments.get("since")), _value(arguments.get("until"))))
    if arguments.get("until") is None:
        until = f"(now() AT TIME ZONE {statement.bind(statement.zone, 'text')})::date"
    else:
        until = statement.bind(ends, "date", lambda ends: _ordered(ends)[1])
    if arguments.get("since") is None:
        return f"({until} - 29)", until
    return statement.bind(ends, "date", lambda ends: _ordered(ends)[0]), until


def _value(given: Any) -> Value:
    return given if isinstance(given, Value) else Value(given)


def _ordered(ends: list[date | None]) -> list[date | None]:
    since, until = ends
    if since is not None and until is not None and since > until:
        raise BadInput(f"`since` ({since}) is later than `until` ({until})")
    return ends
