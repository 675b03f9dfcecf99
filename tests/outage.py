"""A way to the database that can be cut, or fall silent, and come back."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Line:
    """Stands between an application and PostgreSQL; `url` leads through it."""

    def __init__(self, database_url: str, directory: Path) -> None:
        self._target = conninfo_to_dict(database_url)
        self._place = directory / ".s.PGSQL.5432"
        self.url = make_conninfo(database_url, host=str(directory), port="5432")
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()

    async def restore(self) -> None:
        """Connections are taken and forwarded."""
        self._open.set()
        if self._server is None:
            self._server = await asyncio.start_unix_server(self._forward, self._place)

    async def cut(self) -> None:
        """Connections break, and no new one is taken."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._place.unlink(missing_ok=True)
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0.05)

    def silence(self) -> None:
        """Connections stand, but nothing comes through any more."""
        self._open.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server, of_server = await self._connect()
        self._writers |= {writer, of_server}
        with contextlib.suppress(OSError):
            await asyncio.gather(self._copy(reader, of_server), self._copy(to_server, writer))
        self._writers -= {writer, of_server}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = str(self._target["host"]), int(self._target.get("port") or 5432)
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2**16):
            await self._open.wait()
            writer.write(data)
        writer.close()
