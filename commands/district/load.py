"""Loading the demo district: all of it in one transaction, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg

from commands.district.records import Table, district_tables
from commands.district.topics import read_topics
from domain.database import connection_parameters, open_database
from domain.engagement.actions.rebuild import rebuild
from domain.problems import Conflict
from domain.search.actions.rebuild import rebuild as rebuild_entries
from domain.secrets import SecretBox

Report = Callable[[str], None]

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MARK = "demo.load"


async def load_district(
    *,
    database_url: str,
    secret_box: SecretBox,
    now: datetime,
    report: Report,
    zone: ZoneInfo = SHANGHAI,
) -> bool:
    """Fills an empty database with the demo district and derives its totals.

    Returns whether it was loaded now: False when it was there already. An interrupted load leaves
    nothing. Raises Conflict when the database holds something else.
    now: the moment at which the data set's first week is over; zone: where its days begin.
    """
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        async with connection.transaction():
            if not await _is_needed(connection):
                report("the demo district is there already")
                return False
            report("reading the real topics")
            tables = district_tables(read_topics(), secret_box, now)
            for table in tables:
                report(f"{len(table.rows):>7,} {table.name}")
                await _copy(connection, table)
            await _mark(connection, now)
    finally:
        await connection.close()
    report("adding up the totals")
    await _derive(database_url, zone)
    report("indexing what can be found")
    await _index(database_url)
    return True


async def _is_needed(connection: asyncpg.Connection[asyncpg.Record]) -> bool:
    """Whether the database is still empty; one loader at a time gets to know."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", _MARK)
    if await connection.fetchval(
        "SELECT EXISTS (SELECT FROM audit_entry WHERE action = $1)", _MARK
    ):
        return False
    if await connection.fetchval("SELECT EXISTS (SELECT FROM organization)"):
        raise Conflict("the demo district is loaded into an empty database only")
    return True


async def _copy(connection: asyncpg.Connection[asyncpg.Record], table: Table) -> None:
    await connection.copy_records_to_table(table.name, records=table.rows, columns=table.columns)
    if table.has_sequence:
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id))"
            f" FROM {table.name}"
        )


async def _mark(connection: asyncpg.Connection[asyncpg.Record], now: datetime) -> None:
    await connection.execute(
        "INSERT INTO audit_entry (at, actor, action, subject, request_id)"
        " VALUES ($1, 'system', $2, 'Network:0', '')",
        now,
        _MARK,
    )


async def _index(database_url: str) -> None:
    """Interrupted here, `./xinfeng search rebuild` does it."""
    async with open_database(database_url):
        await rebuild_entries(lambda done, of: None)


async def _derive(database_url: str, zone: ZoneInfo) -> None:
    """Totals of what was loaded. Interrupted here, the workers do the rest: it stands in line."""
    async with open_database(database_url):
        await rebuild(zone=zone, report=lambda done, of: None)
