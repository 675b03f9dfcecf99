"""An archive into an empty database: all of it, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from psycopg.conninfo import make_conninfo

from commands.backups.archive import Manifest, Report, pieces
from commands.backups.dumping import TABLES, count
from commands.backups.programs import program
from commands.failures import CommandFailed
from domain.database import connection_parameters
from domain.migrated import is_other_line, known

ARGUMENTS = (
    "--single-transaction",
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--exit-on-error",
)


def check_version(manifest: Manifest) -> None:
    """Raises CommandFailed for a database that a later version made, or one of another line."""
    if is_other_line(manifest.migrations):
        raise CommandFailed(
            f"this backup was made by version {manifest.version}, before the migrations were begun"
            " anew: only the version that made it can restore it"
        )
    later = sorted(set(manifest.migrations) - known())
    if later:
        raise CommandFailed(
            f"this backup is of a later version, {manifest.version}: "
            f"this one does not know {', '.join(later)}"
        )


async def check_empty(database_url: str) -> None:
    """Raises CommandFailed where there are tables."""
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        tables = await connection.fetch(TABLES)
    finally:
        await connection.close()
    if tables:
        raise CommandFailed(
            f"the database has {len(tables)} tables: a backup is restored into an empty one only "
            "(--into NAME makes one, an empty XINFENG_DATA_DIR too)"
        )


@asynccontextmanager
async def new_database(server_url: str, name: str) -> AsyncIterator[str]:
    """Address of a database made for this; dropped again when the context fails."""
    connection = await asyncpg.connect(**connection_parameters(server_url))
    quoted = '"' + name.replace('"', '""') + '"'
    try:
        try:
            await connection.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
        except asyncpg.DuplicateDatabaseError:
            raise CommandFailed(f"there is a database {name} already") from None
        try:
            yield make_conninfo(server_url, dbname=name)
        except BaseException:
            await connection.execute(f"DROP DATABASE {quoted} WITH (FORCE)")
            raise
    finally:
        await connection.close()


async def fill(database_url: str, path: Path, manifest: Manifest, report: Report) -> None:
    """In one transaction. Raises CommandFailed; then the database is as empty as before."""
    async with program(
        "pg_restore", *ARGUMENTS, database_url=database_url, hear=lambda line: None, is_fed=True
    ) as process:
        assert process.stdin is not None
        for piece in pieces(path, report, manifest.dump_bytes):
            process.stdin.write(piece)
            await process.stdin.drain()
            await asyncio.sleep(0)
        process.stdin.close()


async def compare(database_url: str, manifest: Manifest, report: Report) -> list[str]:
    """What is not as the manifest says, a sentence for each table."""
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        tables = [row["name"] for row in await connection.fetch(TABLES)]
        found = await count(connection, tables, report)
    finally:
        await connection.close()
    wanted = manifest.tables
    none = "no table"
    return [
        f"{table}: {found.get(table, none)} rows, and {wanted.get(table, none)} in the backup"
        for table in sorted(found.keys() | wanted.keys())
        if found.get(table) != wanted.get(table)
    ]
