"""Every derived figure anew from the observations, in temporary tables beside the stored ones.

expected_total, expected_daily and expected_hourly have the columns of engagement_total,
engagement_daily and engagement_hourly and live until the transaction ends. Rows pass through in
portions, so that memory does not grow with the ledger.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.engagement.derivation import Observed, derive
from domain.engagement.figures import ADDS, COLUMNS, SUMS, figures_of
from domain.engagement.rules import Metric, SubjectKind

Report = Callable[[int, int], None]
"""Called with how many observations are done, and of how many."""

PORTION = 10_000
TABLES = {"total": "", "daily": "day", "hourly": "hour"}
"""The derived tables, and what their rows stand for beside subject and metric."""

BUCKET = ("value", "addition")
"""What the rows of a day and an hour say."""

FIGURES = ", ".join(COLUMNS)
METRICS = ", ".join(f"'{metric}'" for metric in Metric)

OPEN = "SET LOCAL work_mem = '64MB';" + "".join(
    f"CREATE TEMPORARY TABLE expected_{table} (LIKE engagement_{table} INCLUDING DEFAULTS)"
    " ON COMMIT DROP;"
    f"ALTER TABLE expected_{table} ALTER subject_kind SET DEFAULT 'POST';"
    for table in TABLES
)

OBSERVATIONS = f"""
SELECT o.post_id, o.metric, p.posted_at, p.state = 'GONE',
    {", ".join(f"o.{name}" for name in Observed._fields)}
FROM observation o JOIN post p ON p.id = o.post_id
ORDER BY o.post_id, o.metric
"""

UNOBSERVED = f"""
INSERT INTO expected_total (subject_id, metric, known, counted, at_least, provisional)
SELECT p.id, m.metric, 1, 0, 0, 0
FROM post p CROSS JOIN unnest(ARRAY[{METRICS}]) AS m (metric)
WHERE NOT EXISTS (
    SELECT FROM expected_total e WHERE e.subject_id = p.id AND e.metric = m.metric
)
"""

# A pair with a mark is behind, not wrong: what is stored of it stands for what is expected.
BEHIND = [
    *(
        f"DELETE FROM expected_{table} e USING engagement_dirty m"
        " WHERE e.subject_id = m.post_id AND e.metric = m.metric"
        for table in TABLES
    ),
    *(
        f"INSERT INTO expected_{table} (subject_id, metric, {columns})"
        f" SELECT subject_id, metric, {columns} FROM engagement_{table}"
        " WHERE subject_kind = 'POST'"
        " AND (subject_id, metric) IN (SELECT post_id, metric FROM engagement_dirty)"
        for table, columns in (
            ("total", FIGURES),
            ("daily", "day, value, addition"),
            ("hourly", "hour, value, addition"),
        )
    ),
]

SUBJECTS = " UNION ALL ".join(
    f"SELECT '{kind}', id FROM {kind.lower()}"
    for kind in SubjectKind
    if kind not in (SubjectKind.POST, SubjectKind.NETWORK)
)

SUMMED = [name for name in COLUMNS if name not in ("definition", "breaks", "addition")]
COUNTS = [name for name in SUMMED if name not in ("value", "as_of", "stale_at")]

SUM_TOTALS = f"""
INSERT INTO expected_total
    (subject_kind, subject_id, metric, value, as_of, stale_at, {", ".join(COUNTS)})
SELECT subject.kind, subject.id, m.metric,
    CASE WHEN sums.counted > 0 THEN sums.value END, sums.as_of, sums.stale_at,
    {", ".join(f"coalesce(sums.{name}, 0)" for name in COUNTS)}
FROM ({SUBJECTS} UNION ALL SELECT 'NETWORK', 0) AS subject (kind, id)
CROSS JOIN unnest(ARRAY[{METRICS}]) AS m (metric)
LEFT JOIN (
    SELECT s.subject_kind, s.subject_id, p.metric, {SUMS}
    FROM expected_total p JOIN post_subject s ON s.post_id = p.subject_id
    WHERE s.subject_kind <> 'POST'
    GROUP BY s.subject_kind, s.subject_id, p.metric
) AS sums
    ON sums.subject_kind = subject.kind AND sums.subject_id = subject.id
    AND sums.metric = m.metric
"""

SUM_BUCKETS = f"""
INSERT INTO expected_{{table}} (subject_kind, subject_id, metric, {{bucket}}, value)
SELECT s.subject_kind, s.subject_id, p.metric, p.{{bucket}}, sum(p.value)
FROM expected_{{table}} p JOIN post_subject s ON s.post_id = p.subject_id
WHERE s.subject_kind <> 'POST' AND {ADDS}
GROUP BY s.subject_kind, s.subject_id, p.metric, p.{{bucket}}
"""

SUM = [
    SUM_TOTALS,
    *(SUM_BUCKETS.format(table=table, bucket=bucket) for table, bucket in TABLES.items() if bucket),
]


@dataclass(slots=True)
class Portion:
    """Rows of posts on their way into the temporary tables."""

    totals: list[tuple[Any, ...]] = field(default_factory=list)
    daily: list[tuple[int, str, date, int, str]] = field(default_factory=list)
    hourly: list[tuple[int, str, datetime, int, str]] = field(default_factory=list)


async def expect(
    client: BaseDBAsyncClient, *, zone: ZoneInfo, report: Report, marks_pending: bool
) -> None:
    """Fill the temporary tables. marks_pending: leave pairs with a mark as they are stored."""
    await client.execute_script(OPEN)
    async with client.acquire_connection() as connection:
        await _expect_posts(connection, zone, report)
        await connection.execute("ANALYZE expected_total, expected_daily, expected_hourly")
        for statement in (UNOBSERVED, *(BEHIND if marks_pending else ()), *SUM):
            await connection.execute(statement)
        await connection.execute("ANALYZE expected_total, expected_daily, expected_hourly")


async def _expect_posts(connection: Any, zone: ZoneInfo, report: Report) -> None:
    observations = await connection.fetchval("SELECT count(*) FROM observation")
    done = 0
    report(done, observations)
    async for rows in _whole_pairs(await connection.cursor(OBSERVATIONS)):
        await _copy(connection, _derive(rows, zone))
        done += len(rows)
        report(done, observations)


async def _whole_pairs(cursor: Any) -> AsyncIterator[list[Any]]:
    """Portions of rows that end where a (post, metric) ends."""
    rows: list[Any] = []
    while fetched := await cursor.fetch(PORTION):
        rows += fetched
        last = _pair(rows[-1])
        if _pair(rows[0]) != last:
            end = len(rows)
            while _pair(rows[end - 1]) == last:
                end -= 1
            yield rows[:end]
            rows = rows[end:]
    if rows:
        yield rows


def _pair(row: Any) -> Any:
    return row[:2]


def _derive(rows: list[Any], zone: ZoneInfo) -> Portion:
    portion = Portion()
    for (post_id, metric), history in groupby(rows, key=_pair):
        said = list(history)
        posted_at, gone = said[0][2:4]
        derived = derive(_observed(said), posted_at=posted_at, zone=zone)
        figures = figures_of(derived, posted_at=posted_at, gone=gone)
        portion.totals.append((post_id, metric, *figures))
        portion.daily += [
            (post_id, metric, day, value, derived.addition(day).value)
            for day, value in derived.daily.items()
        ]
        portion.hourly += [
            (post_id, metric, hour, value, derived.addition(hour).value)
            for hour, value in derived.hourly.items()
        ]
    return portion


def _observed(rows: list[Any]) -> Iterator[Observed]:
    return (Observed._make(row[4:]) for row in rows)


async def _copy(connection: Any, portion: Portion) -> None:
    for table, columns, records in (
        ("expected_total", COLUMNS, portion.totals),
        ("expected_daily", ("day", *BUCKET), portion.daily),
        ("expected_hourly", ("hour", *BUCKET), portion.hourly),
    ):
        await connection.copy_records_to_table(
            table, records=records, columns=("subject_id", "metric", *columns)
        )
