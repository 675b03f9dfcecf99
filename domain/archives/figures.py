"""Figures of a site that was entered: derived anew, and what was believed of them as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.archives.format import Report
from domain.database import transaction
from domain.engagement.actions.months import make_months
from domain.engagement.actions.rebuild import rebuild
from domain.engagement.figures import COLUMNS

SUBJECT = ("subject_kind", "subject_id", "metric")
HISTORIES = {
    "total": (SUBJECT, COLUMNS),
    "daily": ((*SUBJECT, "day"), ("value",)),
    "hourly": ((*SUBJECT, "hour"), ("value",)),
}
# What was believed only while the site was being entered, and what the site believed last anyway.
FORGET = """
DELETE FROM engagement_{table}_history h USING (
    SELECT {keys}, believed_from, ROW({figures}) AS figures,
        lead(believed_from) OVER later IS NOT NULL AS passed
    FROM engagement_{table}_history WHERE believed_from >= $1
    WINDOW later AS (PARTITION BY {keys} ORDER BY believed_from)
) AS now LEFT JOIN LATERAL (
    SELECT ROW({figures}) AS figures FROM engagement_{table}_history b
    WHERE {same} AND b.believed_from < $1 ORDER BY b.believed_from DESC LIMIT 1
) AS before ON TRUE
WHERE {this} AND h.believed_from = now.believed_from
    AND (now.passed OR now.figures IS NOT DISTINCT FROM before.figures)
"""


async def make_room(months: Sequence[str]) -> None:
    """The ledger's parts, before its observations come."""
    if months:
        await make_months(*(date.fromisoformat(month) for month in (months[0], months[-1])))


async def derive(started_at: datetime, zone: ZoneInfo, report: Report) -> None:
    """Totals, days and hours from the observations. What the site believed in the past stays, and
    goes on: there is no break between what it believed last and now. Safe to repeat.

    started_at: when the first row was entered; what the site believed was believed before.
    """
    await rebuild(zone=zone, report=report)
    async with transaction() as client:
        for table, (keys, figures) in HISTORIES.items():
            statement = FORGET.format(
                table=table,
                keys=", ".join(keys),
                figures=", ".join(figures),
                same=" AND ".join(f"b.{key} = now.{key}" for key in keys),
                this=" AND ".join(f"h.{key} = now.{key}" for key in keys),
            )
            await client.execute_query(statement, [started_at])
