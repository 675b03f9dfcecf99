"""What the ORM has no models for, in raw SQL: totals, series, leaderboards. One statement each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tortoise import connections

VALUE = """
SELECT subject_id, metric, value, as_of, known, counted,
    CASE WHEN value IS NULL THEN 'UNAVAILABLE' WHEN stale_at < now() THEN 'STALE'
        WHEN at_least > 0 THEN 'AT_LEAST' WHEN provisional > 0 THEN 'PROVISIONAL'
        ELSE 'EXACT' END AS status
FROM engagement_total WHERE subject_kind = $1 AND subject_id = ANY($2)
"""

SERIES = """
SELECT day::timestamp AT TIME ZONE $4 AS starts_at, value FROM engagement_daily
WHERE subject_kind = 'NETWORK' AND subject_id = 0 AND metric = $1 AND day BETWEEN $2 AND $3
ORDER BY day
"""

LEADERS = """
SELECT t.subject_id, t.value, rank() OVER (ORDER BY t.rank DESC) AS place
FROM engagement_total t JOIN {table} s ON s.id = t.subject_id AND {visible}
WHERE t.subject_kind = $1 AND t.metric = $2 AND t.value IS NOT NULL
ORDER BY t.rank DESC, t.subject_id DESC LIMIT {first}
"""

LEADERS_OF_PERIOD = """
SELECT d.subject_id, sum(d.value)::bigint AS value,
    rank() OVER (ORDER BY sum(d.value) DESC) AS place
FROM engagement_daily d JOIN {table} s ON s.id = d.subject_id AND {visible}
WHERE d.subject_kind = $1 AND d.metric = $2 AND d.day BETWEEN $3 AND $4
GROUP BY d.subject_id ORDER BY sum(d.value) DESC, d.subject_id DESC LIMIT {first}
"""

Row = dict[str, Any]


async def _rows(sql: str, *values: Any) -> list[Row]:
    found: list[Row] = await connections.get("default").execute_query_dict(sql, list(values))
    return found


async def totals(kind: str, ids: Sequence[int]) -> dict[tuple[int, str], Row]:
    """By subject and metric, all subjects at once."""
    rows = await _rows(VALUE, kind, list(ids))
    return {(row["subject_id"], row["metric"]): row for row in rows}


async def series(metric: str, since: date, until: date, zone: str) -> list[Row]:
    return await _rows(SERIES, metric, since, until, zone)


async def leaders(
    kind: str, metric: str, since: date | None, until: date | None, first: int
) -> list[Row]:
    visible = "s.status = 'PUBLISHED'" if kind == "ARTICLE" else "TRUE"
    if since is None or until is None:
        sql = LEADERS.format(table=kind.lower(), visible=visible, first=int(first))
        return await _rows(sql, kind, metric)
    sql = LEADERS_OF_PERIOD.format(table=kind.lower(), visible=visible, first=int(first))
    return await _rows(sql, kind, metric, since, until)
