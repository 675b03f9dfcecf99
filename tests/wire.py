"""A socket between a client and PostgreSQL that notes the kinds of messages the client sends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from domain.database import connection_parameters

SYNC, PARSE, SIMPLE_QUERY = "S", "P", "Q"
"""Each Sync and each simple query is one round trip; each Parse prepares a statement."""


@dataclass
class Wire:
    """url: the database's, through this socket."""

    url: str
    sent: Counter[str] = field(default_factory=Counter)

    @property
    def round_trips(self) -> int:
        return self.sent[SYNC] + self.sent[SIMPLE_QUERY]


async def _upstream(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    given = connection_parameters(url)
    host, port = str(given.get("host", "localhost")), int(given.get("port", 5432))
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, port)


async def _asked(wire: Wire, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    """Passes on what the client sends: a first message without a kind, then each with one."""
    size = await source.readexactly(4)
    to.write(size + await source.readexactly(int.from_bytes(size) - 4))
    while kind := await source.read(1):
        size = await source.readexactly(4)
        wire.sent[kind.decode()] += 1
        to.write(kind + size + await source.readexactly(int.from_bytes(size) - 4))
        await to.drain()


async def _answered(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    """Passes on what the server says, and that it has left: a client waits for that."""
    while data := await source.read(65_536):
        to.write(data)
        await to.drain()
    to.close()


@asynccontextmanager
async def wiretap(url: str, directory: Path) -> AsyncIterator[Wire]:
    """directory: for the socket; a short path."""
    wire = Wire(make_conninfo(url, host=str(directory), port=5432))

    async def serve(client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        server, to = await _upstream(url)
        try:
            await asyncio.gather(_asked(wire, client, to), _answered(server, back))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            to.close()
            back.close()

    listening = await asyncio.start_unix_server(serve, f"{directory}/.s.PGSQL.5432")
    try:
        yield wire
    finally:
        listening.close()
