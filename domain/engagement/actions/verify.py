"""Whether every derived figure is what the observations say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.engagement.actions.expected import BUCKET, TABLES, Report, expect
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.figures import COLUMNS
from domain.engagement.rules import Metric, SubjectKind

MOST = 1_000
"""Differences that are told; whoever has more has seen enough, and memory stays bounded."""

SUBJECT = ("subject_kind", "subject_id", "metric")


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of one row. bucket: None for a total, a date for a day, a moment for an hour.

    stored, derived: None also where there is no such row.
    """

    subject_kind: SubjectKind
    subject_id: int
    metric: Metric
    bucket: date | None
    column: str
    stored: int | datetime | str | None
    derived: int | datetime | str | None

    def __str__(self) -> str:
        bucket = f" {self.bucket.isoformat()}" if self.bucket else ""
        return (
            f"{self.subject_kind}:{self.subject_id} {self.metric}{bucket} {self.column}:"
            f" stored {_text(self.stored)}, derived {_text(self.derived)}"
        )


async def verify(*, zone: ZoneInfo, report: Report) -> list[Difference]:
    """Roll up what is queued, derive everything anew, compare; the first differences, by subject.

    Recorders and roll-ups may go on meanwhile: the comparison stands on one snapshot, and pairs
    that have a mark in it are behind, not wrong.
    """
    await roll_up_all(zone=zone)
    async with transaction() as client:
        await client.execute_script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        await expect(client, zone=zone, report=report, marks_pending=True)
        found: list[Difference] = []
        for table, bucket in TABLES.items():
            found += await _compare(client, table, bucket)
        return found[:MOST]


async def _compare(client: BaseDBAsyncClient, table: str, bucket: str) -> list[Difference]:
    columns = BUCKET if bucket else COLUMNS
    rows = await client.execute_query_dict(_comparison(table, bucket, columns))
    return [
        difference
        for row in rows
        for difference in _differences(row, row[bucket] if bucket else None, columns)
    ]


def _comparison(table: str, bucket: str, columns: tuple[str, ...]) -> str:
    keys = ", ".join((*SUBJECT, bucket) if bucket else SUBJECT)
    stored, derived = (", ".join(f"{side}.{name}" for name in columns) for side in "sd")
    named = ", ".join(f"{side}.{name} AS {side}_{name}" for side in "sd" for name in columns)
    return (
        f"SELECT {keys}, {named} FROM engagement_{table} s FULL JOIN expected_{table} d"
        f" USING ({keys}) WHERE ROW({stored}) IS DISTINCT FROM ROW({derived})"
        f" ORDER BY {keys} LIMIT {MOST}"
    )


def _differences(
    row: dict[str, Any], bucket: date | None, columns: tuple[str, ...]
) -> Iterator[Difference]:
    subject = SubjectKind(row["subject_kind"]), row["subject_id"], Metric(row["metric"])
    if bucket and (row["s_value"] is None or row["d_value"] is None):
        columns = ("value",)  # the whole row is missing
    for name in columns:
        stored, derived = row[f"s_{name}"], row[f"d_{name}"]
        if stored != derived:
            yield Difference(*subject, bucket, name, stored, derived)


def _text(value: int | datetime | str | None) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else f"{value:,}"
