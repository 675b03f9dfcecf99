"""The audit trail on its way out, in the order of its chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from domain.audit.chain import CONTENT
from domain.audit.verify import PORTION, SNAPSHOT, Report
from domain.database import transaction
from domain.ids import format_id

Entry: TypeAlias = dict[str, Any]
WITHIN = "($1::timestamptz IS NULL OR e.at >= $1) AND ($2::timestamptz IS NULL OR e.at < $2)"
ENTRIES = f"""
SELECT l.position, l.previous, l.hash, e.id, e.at, {CONTENT} AS content
FROM audit_link l JOIN audit_entry e ON e.id = l.entry_id WHERE {WITHIN} ORDER BY l.position
"""
NAMES = ("actorId", "actor", "action", "subject", "before", "after", "requestId")
"""What stands in the content behind position, number and time."""


async def export_entries(
    write: Callable[[list[Entry]], None],
    *,
    since: datetime | None,
    until: datetime | None,
    report: Report,
) -> int:
    """Gives all entries to `write`, in portions, from one snapshot; how many there were."""
    async with transaction() as client:
        await client.execute_script(SNAPSHOT)
        async with client.acquire_connection() as connection:
            total = await connection.fetchval(
                f"SELECT count(*) FROM audit_entry e WHERE {WITHIN}", since, until
            )
            report(0, total)
            done = 0
            cursor = await connection.cursor(ENTRIES, since, until)
            while rows := await cursor.fetch(PORTION):
                write([_entry(row) for row in rows])
                done += len(rows)
                report(done, total)
    return done


def _entry(row: asyncpg.Record) -> Entry:
    content = json.loads(row["content"])
    return {
        "position": row["position"],
        "id": format_id("AuditEntry", row["id"]),
        "at": row["at"].isoformat(),
        **dict(zip(NAMES, content[3:], strict=True)),
        "content": row["content"],
        "previous": bytes(row["previous"]).hex(),
        "hash": bytes(row["hash"]).hex(),
    }
