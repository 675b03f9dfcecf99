"""What was believed, kept by the hour once a week has passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.database import transaction

EXACT_FOR = timedelta(days=7)
LOOKED_BACK = timedelta(days=14)
"""How long before that a tidier may have been away without leaving anything unthinned."""

KEYS = {"total": "", "daily": ", day", "hourly": ", hour"}

# A row that another of the same hour follows was believed for less than that hour. Days as the
# index by moment has them: one after the other.
THIN = """
DELETE FROM engagement_{table}_history h
USING (
    SELECT ctid AS place, lead(believed_from) OVER (
        PARTITION BY subject_kind, subject_id, metric{bucket} ORDER BY believed_from
    ) AS next
    FROM engagement_{table}_history WHERE believed_from >= $1 AND believed_from < $2
) AS told
WHERE h.ctid = told.place AND h.believed_from >= $1 AND h.believed_from < $2
  AND date_trunc('hour', h.believed_from) = date_trunc('hour', told.next)
RETURNING 1 AS gone
"""


async def thin_history(now: datetime) -> int:
    """Of what lies more than a week back, keep the last state of every hour; how many rows went."""
    until = (now - EXACT_FOR).replace(minute=0, second=0, microsecond=0)
    gone = 0
    since = until - LOOKED_BACK
    while since < until:
        for table, bucket in KEYS.items():
            async with transaction() as client:
                statement = THIN.format(table=table, bucket=bucket)
                ends = [since, since + timedelta(days=1)]
                gone += len(await client.execute_query_dict(statement, ends))
        since += timedelta(days=1)
    return gone
