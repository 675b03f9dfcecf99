"""The sized database: made once per recipe and size, found again by its stamp."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from psycopg.conninfo import make_conninfo

import domain.migrations
from benchmarks.recipe import Step, fingerprint, steps
from commands.failures import CommandFailed
from commands.local_postgres import local_postgres
from commands.migrate import migrate
from domain.database import connection_parameters
from settings import Settings

Progress = Callable[[str, int, int], None]
"""Told what is being made, how many steps are done, and of how many."""

MARK = "xinfeng bench "
OPTIONS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
"""Everything in memory."""
QUIET = {"autovacuum": "off"}
"""Nothing in the background that would be measured with the reads."""

LOADING = (
    "SET session_replication_role = replica",
    "SET synchronous_commit = off",
    "SET work_mem = '256MB'",
    "SET maintenance_work_mem = '512MB'",
)
SECONDARY = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
    AND i.indrelid::regclass::text IN ('article', 'post', 'engagement_daily', 'engagement_total')
"""


@contextmanager
def server(
    settings: Settings, report: Callable[[str], None], *, grows: bool = False
) -> Iterator[str]:
    """Address of a PostgreSQL server: DATABASE_URL's, else one in the data directory's `bench`.

    grows: it is written to while it is measured, so its statistics are kept as in production.
    """
    if settings.database_url:
        yield settings.database_url
        return
    options = OPTIONS if grows else OPTIONS | QUIET
    with local_postgres(directory(settings), report=report, options=options) as database:
        yield database.url


def directory(settings: Settings) -> Path:
    return settings.data_dir / "bench"


async def sized_database(server_url: str, articles: int, progress: Progress) -> str:
    """Address of the database with that many articles, beside the one the address names.

    Made anew when the recipe or the migrations changed. Raises CommandFailed when a database of
    that name is not ours, or the user may not make one.
    """

    async def fill(url: str) -> None:
        await _fill(url, articles, progress)

    stamp = fingerprint(articles, migrations())
    return await kept_database(server_url, f"xinfeng_bench_{articles}", stamp, fill)


async def kept_database(
    server_url: str, name: str, stamp: str, fill: Callable[[str], Awaitable[None]]
) -> str:
    """Address of the database of that name, filled anew where its stamp is another one."""
    url = make_conninfo(server_url, dbname=name)
    try:
        connection = await asyncpg.connect(**connection_parameters(server_url))
        try:
            if await _is_made(connection, name, MARK + stamp):
                return url
            await _make(connection, name)
            await migrate(url, lambda line: None)
            await fill(url)
            await _stamp(connection, name, MARK + stamp)
        finally:
            await connection.close()
    except asyncpg.InsufficientPrivilegeError as error:
        raise CommandFailed(
            f"{error}: the benchmark's database is made by a superuser; "
            "without DATABASE_URL it is made in a PostgreSQL of its own"
        ) from error
    return url


async def _is_made(connection: asyncpg.Connection, name: str, stamp: str) -> bool:
    row = await connection.fetchrow(
        "SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database"
        " WHERE datname = $1",
        name,
    )
    if row is not None and not (row["comment"] or "").startswith(MARK):
        raise CommandFailed(f"the database {name} was not made by this command: rename or drop it")
    return row is not None and row["comment"] == stamp


async def _make(connection: asyncpg.Connection, name: str) -> None:
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await _stamp(connection, name, MARK + "unfinished")


async def _stamp(connection: asyncpg.Connection, name: str, stamp: str) -> None:
    await connection.execute(f"COMMENT ON DATABASE {name} IS '{stamp}'")


async def _fill(url: str, articles: int, progress: Progress) -> None:
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        work = [*(Step("settings", sql) for sql in LOADING), *await _without_indexes(connection)]
        at = len(work) // 2 + len(LOADING) // 2
        work[at:at] = steps(articles)
        work.append(Step("statistics", "VACUUM (ANALYZE)"))
        work.append(Step("statistics", "CHECKPOINT"))
        for done, step in enumerate(work):
            progress(step.what, done, len(work))
            await connection.execute(step.sql)
        progress("ready", len(work), len(work))
    finally:
        await connection.close()


async def _without_indexes(connection: asyncpg.Connection) -> list[Step]:
    """Dropping the secondary indexes, then making them again: sorted at once is quicker."""
    found = await connection.fetch(SECONDARY)
    dropped = [Step("indexes", f"DROP INDEX {row['name']}") for row in found]
    # A partitioned table's index is told as ON ONLY: its partitions' would be missing.
    made = [
        Step(f"index {row['name']}", row["definition"].replace(" ON ONLY ", " ON "))
        for row in found
    ]
    return dropped + made


def migrations() -> list[str]:
    """The texts of all migrations."""
    (place,) = domain.migrations.__path__
    return [path.read_text("utf-8") for path in sorted(Path(place).glob("0*.py"))]


def make(server_url: str, articles: int, progress: Progress) -> str:
    return asyncio.run(sized_database(server_url, articles, progress))
