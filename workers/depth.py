"""How deep the queue is, by task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from workers.queue import SCHEMA

# A job is fit to run from its scheduled moment on, or else since it was queued.
DEPTH = f"""
SELECT j.task_name AS task, j.status::text AS status, count(*) AS jobs,
    coalesce(extract(epoch FROM $1::timestamptz - min(coalesce(j.scheduled_at, queued.at))), 0)
        ::float8 AS seconds
FROM {SCHEMA}.procrastinate_jobs j
LEFT JOIN LATERAL (
    SELECT min(e.at) AS at FROM {SCHEMA}.procrastinate_events e
    WHERE e.job_id = j.id AND e.type IN ('deferred', 'deferred_for_retry')
) queued ON TRUE
WHERE j.status IN ('todo', 'doing', 'failed')
GROUP BY j.task_name, j.status
"""


@dataclass(frozen=True, slots=True)
class Depth:
    """status: todo, doing or failed. seconds: how long the oldest of them has been fit to run."""

    task: str
    status: str
    jobs: int
    seconds: float


async def depths(connection: asyncpg.Connection, *, now: datetime) -> list[Depth]:
    rows = await connection.fetch(DEPTH, now)
    return [
        Depth(row["task"], row["status"], row["jobs"], max(row["seconds"], 0.0)) for row in rows
    ]
