"""The way planned reads reach PostgreSQL: one statement, prepared once per connection, JSON as the
bytes the database sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from domain.connections import Connections
from domain.database import connection_parameters
from domain.outages import OUTAGES, TimedOut
from domain.spans import Attributes, Kind, span, telling

T = TypeVar("T")

CONNECT_SECONDS = 5.0
SETTINGS = {
    "application_name": "xinfeng-reader",
    "default_transaction_read_only": "on",
    "jit": "off",
    # What is read often is in memory: a row found by its index costs little more than the next one.
    "random_page_cost": "1.1",
    # A page is looked up row by row. Merging two indexes walks both, as far as rows are spread.
    "enable_mergejoin": "off",
    "timezone": "UTC",
}
"""Of the database's sessions that read."""

STATEMENT: Attributes = {"db.system.name": "postgresql", "db.operation.name": "SELECT"}


class Unavailable(Exception):
    """The database cannot be reached now; it may be again in a moment."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How PostgreSQL runs a statement. types: of its bound values, in order; plan: JSON."""

    types: list[str]
    plan: bytes


class Reader:
    """Reads, each in one statement on one of a few connections that do nothing else."""

    def __init__(self, connections: Connections, *, patience_seconds: float) -> None:
        self.connections = connections
        self._patience_seconds = patience_seconds

    async def row(self, sql: str, values: Sequence[Any]) -> Sequence[bytes | None]:
        """The one row a planned statement gives. Raises Unavailable and TimedOut."""
        return await self._lent(self._fetch, sql, values)

    async def explain(self, sql: str, values: Sequence[Any]) -> Explanation:
        """Runs a planned statement for its plan and timings, as planned for these very values.
        Raises Unavailable and TimedOut."""
        return await self._lent(self._explain, sql, values)

    async def _lent(
        self,
        work: Callable[[Any, str, Sequence[Any]], Awaitable[T]],
        sql: str,
        values: Sequence[Any],
    ) -> T:
        """What the work on one connection gives."""
        try:
            connection = await self.connections.take()
            try:
                result = await work(connection, sql, values)
            except asyncio.CancelledError:
                self.connections.mend(connection)
                raise
            except BaseException:
                self.connections.give_back(connection)
                raise
            self.connections.give_back(connection)
            return result
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
            # The server did not even cancel the statement: it would not answer another either.
            connection.terminate()
            raise
        return found

    async def _explain(self, connection: Any, sql: str, values: Sequence[Any]) -> Explanation:
        statement = await connection.prepare(sql)
        types = [type_.name for type_ in statement.get_parameters()]
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}"
        (plan,) = await self._fetch(connection, explain, values)
        assert plan is not None
        return Explanation(types, plan)


class TracedReader(Reader):
    """Reads, each a span: the wait for a connection, and the statement."""

    async def row(self, sql: str, values: Sequence[Any]) -> Sequence[bytes | None]:
        with span("SELECT", Kind.CLIENT, STATEMENT):
            return await super().row(sql, values)


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )


@asynccontextmanager
async def open_reader(
    database_url: str, *, size: int, timeout_seconds: float
) -> AsyncIterator[Reader]:
    """A reader whose statements end after `timeout_seconds`. It opens even while the database is
    away, and finds it when it is back."""
    parameters = connection_parameters(database_url)

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(
            **parameters,
            timeout=CONNECT_SECONDS,
            statement_cache_size=1_000,
            max_cached_statement_lifetime=0,
            server_settings={
                **SETTINGS,
                "statement_timeout": str(int(timeout_seconds * 1000)),
            },
        )
        try:
            await _prepare(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    connections = Connections(connect, size=size)
    try:
        reads = Reader if telling() is None else TracedReader
        yield reads(connections, patience_seconds=timeout_seconds + 1)
    finally:
        await connections.close(seconds=CONNECT_SECONDS)
