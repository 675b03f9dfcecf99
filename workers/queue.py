"""The job queue: Procrastinate, in its own schema of the same PostgreSQL."""

from __future__ import annotations

from importlib import resources

import asyncpg
from procrastinate import PsycopgConnector
from procrastinate.schema import SchemaManager
from psycopg.conninfo import conninfo_to_dict

from domain.database import connection_parameters

SCHEMA = "jobs"
CONNECTION_SECONDS = 3.0
"""How long to wait for a connection before the database counts as away."""


def connector(database_url: str, *, max_size: int = 4) -> PsycopgConnector:
    """A connector whose unqualified names mean the queue's schema."""
    given = str(conninfo_to_dict(database_url).get("options") or "")
    return PsycopgConnector(
        conninfo=database_url,
        min_size=1,
        max_size=max_size,
        timeout=CONNECTION_SECONDS,
        kwargs={
            "options": f"{given} -c search_path={SCHEMA}".strip(),
            "application_name": "xinfeng-queue",
        },
    )


async def prepare_queue(database_url: str) -> list[str]:
    """Bring the queue's schema up to the installed Procrastinate; returns what was applied.

    A new schema is made whole, and knows the migrations it contains; later ones are applied by
    name, each in a transaction.
    """
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        await connection.execute(f"SET search_path = {SCHEMA}")
        if await connection.fetchval("SELECT to_regclass('jobs.applied_migration')") is None:
            await _create(connection)
            return [f"{SCHEMA}: procrastinate"]
        return await _upgrade(connection)
    finally:
        await connection.close()


def _migrations() -> dict[str, str]:
    folder = resources.files("procrastinate.sql") / "migrations"
    found = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }
    return dict(sorted(found.items()))


async def _create(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        await connection.execute(
            "CREATE TABLE applied_migration"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        await connection.execute(SchemaManager.get_schema())
        await _remember(connection, list(_migrations()))


async def _upgrade(connection: asyncpg.Connection) -> list[str]:
    known = {row["name"] for row in await connection.fetch("SELECT name FROM applied_migration")}
    missing = {name: sql for name, sql in _migrations().items() if name not in known}
    for name, sql in missing.items():
        async with connection.transaction():
            await connection.execute(sql)
            await _remember(connection, [name])
    return [f"{SCHEMA}: {name}" for name in missing]


async def _remember(connection: asyncpg.Connection, names: list[str]) -> None:
    await connection.executemany(
        "INSERT INTO applied_migration (name) VALUES ($1)", [(name,) for name in names]
    )
