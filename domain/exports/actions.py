"""Figures on their way out, read through a cursor: memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from domain.database import transaction
from domain.engagement.buckets import by_bucket, next_first_day
from domain.engagement.figures import status_sql
from domain.engagement.rules import Bucket
from domain.exports.rules import COUNTS, KINDS, Of, Wanted

PORTION = 10_000
Report: TypeAlias = Callable[[int, int], None]
Write: TypeAlias = Callable[[list[Any]], None]

SUBJECTS = {
    Of.ARTICLES: ("article s", {"name": "s.title"}),
    Of.CAMPAIGNS: ("campaign s", {"name": "s.title"}),
    Of.POSTS: (
        "(post s JOIN account a ON a.id = s.account_id)",
        {"name": "s.title", "platform": "a.platform", "url": "s.url"},
    ),
    Of.ACCOUNTS: ("account s", {"name": "s.handle", "platform": "s.platform"}),
    Of.PARTNERS: ("partner s", {"name": "s.name"}),
    Of.ORGANIZATIONS: ("organization s", {"name": "s.name"}),
    Of.NETWORK: ("(SELECT 0::bigint AS id) s", {"id": "'Network:1'", "name": "''"}),
}
"""FROM text of those whose figures these are, and SQL of the columns that name them."""

KEYS = ("subject_kind", "subject_id", "metric")


async def export(wanted: Wanted, write: Write, *, zone: ZoneInfo, report: Report) -> int:
    """Gives all rows to `write`, in portions, each row in the order of wanted.columns; how many.

    All come from one snapshot, by subject, metric and time. Whoever exports sees everything, drafts
    too, as an administrator does.
    """
    sql, values = statement(wanted, zone)
    async with transaction() as client:
        await client.execute_script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        async with client.acquire_connection() as connection:
            total = await connection.fetchval(f"SELECT count(*) FROM ({sql}) x", *values)
            report(0, total)
            done = 0
            cursor = await connection.cursor(sql, *values)
            while rows := await cursor.fetch(PORTION):
                write(rows)
                done += len(rows)
                report(done, total)
    return done


def statement(wanted: Wanted, zone: ZoneInfo) -> tuple[str, list[Any]]:
    """The SQL of all rows, and its bound values."""
    source, known = SUBJECTS[wanted.of]
    kind = KINDS[wanted.of]
    ids = {"id": f"'{kind.capitalize()}:' || s.id", **known}
    texts = [f"{ids[name]} AS {name}" for name in wanted.texts]
    values: list[Any] = [list(wanted.metrics)]
    own = f"h.subject_kind = '{kind}' AND h.metric = ANY ($1::text[])"
    if wanted.bucket is None:
        figures, rows, order = _totals(own)
    else:
        values += [wanted.since, wanted.until]
        if wanted.bucket is Bucket.HOUR:
            values.append(zone.key)
            figures, rows, order = _hours(own)
        else:
            figures, rows, order = _days(own, wanted.bucket)
    listed = ", ".join([*texts, "f.metric", *figures])
    return (
        f"SELECT {listed} FROM ({rows}) f JOIN {source} ON s.id = f.subject_id"
        f" ORDER BY f.subject_id, f.metric{order}",
        values,
    )


def _totals(own: str) -> tuple[list[str], str, str]:
    counts = [f"f.{name}" for name in COUNTS]
    figures = ["f.value", f"{status_sql('f', 'now()')} AS status", "f.as_of", *counts]
    return figures, f"SELECT h.* FROM engagement_total h WHERE {own}", ""


def _days(own: str, bucket: Bucket) -> tuple[list[str], str, str]:
    asked = f"{own} AND ($2::date IS NULL OR h.day >= $2) AND ($3::date IS NULL OR h.day <= $3)"
    rows = by_bucket(bucket, f"(SELECT h.* FROM engagement_daily h WHERE {asked})", KEYS)
    days = f"{next_first_day(bucket, 'f.first_day')} - f.first_day AS days"
    return ["f.first_day", "f.value", days, "f.days_known"], rows, ", f.first_day"


def _hours(own: str) -> tuple[list[str], str, str]:
    local = "(h.hour AT TIME ZONE $4::text)::date"
    rows = (
        f"SELECT h.* FROM engagement_hourly h WHERE {own}"
        f" AND ($2::date IS NULL OR {local} >= $2) AND ($3::date IS NULL OR {local} <= $3)"
    )
    return ["f.hour AS starts_at", "f.value"], rows, ", f.hour"
