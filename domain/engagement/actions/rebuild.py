"""Every derived figure written anew from the observations."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.database import transaction
from domain.engagement.actions.expected import BUCKET, TABLES, Report, expect
from domain.engagement.actions.locking import hold_totals
from domain.engagement.figures import COLUMNS

SUBJECT = ("subject_kind", "subject_id", "metric")


async def rebuild(*, zone: ZoneInfo, report: Report) -> int:
    """Make the stored figures what `verify` expects, in one transaction; how many rows changed.

    Roll-ups wait until it is done, recorders do not. Marks that are queued now are answered by it:
    they are deleted before the observations are read, for the reason given at roll_up.
    """
    async with transaction() as client:
        await hold_totals(client)
        await client.execute_query("DELETE FROM engagement_dirty")
        await expect(client, zone=zone, report=report, marks_pending=False)
        changed = 0
        for table, bucket in TABLES.items():
            if bucket:
                changed += (await client.execute_query(_delete(table, bucket)))[0]
            changed += (await client.execute_query_dict(_put(table, bucket)))[0]["rows"]
        return changed


def _delete(table: str, bucket: str) -> str:
    keys = (*SUBJECT, bucket)
    same = " AND ".join(f"e.{key} = b.{key}" for key in keys)
    return (
        f"DELETE FROM engagement_{table} b"
        f" WHERE NOT EXISTS (SELECT FROM expected_{table} e WHERE {same})"
    )


def _put(table: str, bucket: str) -> str:
    """Only rows that differ: a rebuild of what is right writes nothing."""
    keys = ", ".join((*SUBJECT, bucket) if bucket else SUBJECT)
    columns = BUCKET if bucket else COLUMNS
    names = ", ".join(columns)
    stored, expected = (", ".join(f"{side}.{name}" for name in columns) for side in "be")
    taken = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return (
        f"WITH put AS (INSERT INTO engagement_{table} ({keys}, {names})"
        f" SELECT {keys}, {expected}"
        f" FROM expected_{table} e LEFT JOIN engagement_{table} b USING ({keys})"
        f" WHERE ROW({stored}) IS DISTINCT FROM ROW({expected})"
        f" ON CONFLICT ({keys}) DO UPDATE SET {taken}"
        " RETURNING 1) SELECT count(*) AS rows FROM put"
    )
