"""A database into an archive: everything as it was at one moment, while others go on writing."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import asyncpg

from commands.backups.archive import FORMAT, PIECE, Manifest, Report, Writing
from commands.backups.programs import program
from domain.database import connection_parameters
from domain.migrated import APPLIED

ROOT = Path(__file__).parents[2]
TABLES = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY 1
"""
ARGUMENTS = ("--format=custom", "--compress=gzip:3", "--no-owner", "--no-privileges")
COPIES = "dumping contents of table"


async def dump(database_url: str, work: Writing, report: Report) -> Manifest:
    """Writes it, and returns what it holds. Raises CommandFailed."""
    async with _moment(database_url) as (connection, snapshot):
        tables = [row["name"] for row in await connection.fetch(TABLES)]
        rows = await count(connection, tables, report)
        done = len(tables)

        def hear(line: str) -> None:
            nonlocal done
            if COPIES in line:
                done += 1
                report(done, 2 * len(tables))

        arguments = (*ARGUMENTS, "--verbose", f"--snapshot={snapshot}")
        async with program("pg_dump", *arguments, database_url=database_url, hear=hear) as process:
            assert process.stdout is not None
            while piece := await process.stdout.read(PIECE):
                work.add(piece)
        return work.finish(await _manifest(connection, rows))


@asynccontextmanager
async def _moment(database_url: str) -> AsyncIterator[tuple[asyncpg.Connection, str]]:
    """A transaction that sees one moment, and the name under which pg_dump sees the same."""
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection, await connection.fetchval("SELECT pg_export_snapshot()")
    finally:
        connection.terminate()


async def count(
    connection: asyncpg.Connection, tables: list[str], report: Report
) -> dict[str, int]:
    """How many rows each table has."""
    rows = {}
    for number, table in enumerate(tables):
        report(number, 2 * len(tables))
        rows[table] = await connection.fetchval(f"SELECT count(*) FROM {table}")
    return rows


async def _manifest(connection: asyncpg.Connection, rows: dict[str, int]) -> Manifest:
    made_at = await connection.fetchval("SELECT now()")
    applied = await connection.fetch(APPLIED)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return Manifest(
        format=FORMAT,
        version=project["version"],
        made_at=made_at.astimezone(UTC).isoformat(timespec="seconds"),
        postgres=await connection.fetchval("SHOW server_version"),
        migrations=sorted(row["name"] for row in applied),
        tables=rows,
    )
