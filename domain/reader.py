"""The way planned reads reach PostgreSQL: one statement, prepared once per connection, JSON as the
bytes the database sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from domain.database import connection_parameters
from domain.outages import OUTAGES


class Unavailable(Exception):
    """The database cannot be reached now; it may be again in a moment."""


class TimedOut(Exception):
    """The database gave up: the statement took longer than it may."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How PostgreSQL runs a statement. types: of its bound values, in order; plan: JSON."""

    types: list[str]
    plan: bytes


class Reader:
    """A pool of connections that only read."""

    def __init__(self, pool: asyncpg.Pool, *, patience_seconds: float) -> None:
        self._pool = pool
        self._patience_seconds = patience_seconds

    async def row(self, sql: str, values: Sequence[Any]) -> Sequence[bytes | None]:
        """The one row a planned statement gives. Raises Unavailable and TimedOut."""
        try:
            async with self._pool.acquire() as connection:
                return await self._fetch(connection, sql, values)
        except asyncpg.QueryCanceledError as error:
            raise TimedOut from error
        except OUTAGES as error:
            raise Unavailable from error

    async def _fetch(
        self, connection: Any, sql: str, values: Sequence[Any]
    ) -> Sequence[bytes | None]:
        try:
            found: Sequence[bytes | None] = await connection.fetchrow(
                sql, *values, timeout=self._patience_seconds
            )
        except TimeoutError:
            # The server did not even cancel the statement: it would not confirm a release either.
            connection.terminate()
            raise
        return found

    async def explain(self, sql: str, values: Sequence[Any]) -> Explanation:
        """Runs a planned statement for its plan and timings, as planned for these very values.
        Raises Unavailable and TimedOut."""
        try:
            async with self._pool.acquire() as connection:
                statement = await connection.prepare(sql)
                types = [type_.name for type_ in statement.get_parameters()]
                explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}"
                (plan,) = await self._fetch(connection, explain, values)
        except asyncpg.QueryCanceledError as error:
            raise TimedOut from error
        except OUTAGES as error:
            raise Unavailable from error
        assert plan is not None
        return Explanation(types, plan)

    async def is_ready(self) -> bool:
        """Whether the database answers now."""
        try:
            return bool(await self._pool.fetchval("SELECT TRUE", timeout=2))
        except OUTAGES:
            return False


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )


async def _keep(_connection: asyncpg.Connection) -> None:
    """Nothing to reset: planned reads leave no state behind, and a reset is a round trip."""


@asynccontextmanager
async def open_reader(
    database_url: str, *, size: int, timeout_seconds: float
) -> AsyncIterator[Reader]:
    """A reader whose statements end after `timeout_seconds`. It opens even while the database is
    away, and finds it when it is back."""
    async with asyncpg.create_pool(
        **connection_parameters(database_url),
        min_size=0,
        max_size=size,
        init=_prepare,
        reset=_keep,
        timeout=5,
        statement_cache_size=1_000,
        max_cached_statement_lifetime=0,
        max_inactive_connection_lifetime=0,
        server_settings={
            "application_name": "xinfeng-reader",
            "default_transaction_read_only": "on",
            "jit": "off",
            # What is read often is in memory: a row by its index costs little more than the next.
            "random_page_cost": "1.1",
            "statement_timeout": str(int(timeout_seconds * 1000)),
            "timezone": "UTC",
        },
    ) as pool:
        try:
            yield Reader(pool, patience_seconds=timeout_seconds + 1)
        finally:
            await _close(pool)


async def _close(pool: asyncpg.Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), timeout=5)
    except TimeoutError:
        pool.terminate()
