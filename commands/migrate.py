"""Bring a database up to date: our tables, what the counters mean, the job queue's tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as tortoise_migrate

from commands.failures import CommandFailed
from domain import migrated
from domain.database import connection_parameters, open_database, tortoise_config
from domain.engagement.actions.definitions import keep_definitions
from domain.engagement.actions.months import make_months_ahead
from domain.rights import give_rights
from workers.queue import prepare_queue

_LOCK = 0x58494E46  # "XINF": one migration at a time, whoever runs it


_LOOK_SECONDS = 60.0


class OtherLine(CommandFailed):
    """The database was made by other migrations than this version's. fresh: whence a new one."""

    def __init__(self, fresh: str = "name an empty one in DATABASE_URL") -> None:
        super().__init__(
            "this database was made before the migrations were begun anew, and this version cannot"
            f" go on with it: {fresh} (the version that made it keeps what is in it with"
            " `./xinfeng backup`)"
        )


async def migrate(database_url: str, report: Callable[[str], None]) -> int:
    """Apply what is missing and report each step by name; returns how many there were.

    Safe to run again and from several places at once: the others wait, then find nothing to do.
    Raises OtherLine, having changed nothing.
    """
    async with _alone(database_url) as connection:
        if migrated.is_other_line(
            await migrated.applied(connection, timeout_seconds=_LOOK_SECONDS)
        ):
            raise OtherLine
        # Tortoise keeps its state in the task's context: one of our own leaves the caller's alone.
        applied = await asyncio.create_task(_migrate_tables(database_url, report))
        if changed := await asyncio.create_task(_keep_definitions(database_url)):
            report(f"definitions of counters: {changed} changed")
            applied += 1
        if months := await asyncio.create_task(_make_months(database_url)):
            report(f"the ledger's parts: {months} made")
            applied += 1
        for step in await prepare_queue(database_url):
            report(f"applied {step}")
            applied += 1
        if reason := await _give_rights(database_url):
            report(f"{reason}: triggers alone keep history from being altered")
    return applied


@asynccontextmanager
async def _alone(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        yield connection
    finally:
        await connection.close()


async def _migrate_tables(database_url: str, report: Callable[[str], None]) -> int:
    applied = 0

    def progress(event: str, app: str, name: str) -> None:
        nonlocal applied
        if event == "apply_done":
            applied += 1
            report(f"applied {app}: {name}")

    try:
        await tortoise_migrate(config=tortoise_config(database_url), progress=progress)
    finally:
        await Tortoise.close_connections()
    return applied


async def _keep_definitions(database_url: str) -> int:
    async with open_database(database_url, pool_size=1):
        return await keep_definitions()


async def _make_months(database_url: str) -> int:
    async with open_database(database_url, pool_size=1):
        return await make_months_ahead(datetime.now(UTC))


async def _give_rights(database_url: str) -> str:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        return await give_rights(connection)
    finally:
        await connection.close()
