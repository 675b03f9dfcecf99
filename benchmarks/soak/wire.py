"""One exchange over a connection of its own, in raw bytes: what is sent need not be right."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

PATIENCE_SECONDS = 40.0
"""Longer than any deadline of the server's: who waits longer is answered by nobody."""

CLOSED = "closed"
SILENT = "no answer"

Outcome = str
"""A status, CLOSED or SILENT."""


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody with an address of its own (of 127.0.0.0/8), so that limits see many."""

    port: int
    address: str

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(self.address, 0), limit=2**24
        )
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def ask(self, request: bytes) -> Outcome:
        """Sends all of it, and reads the answer to its end."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                async with asyncio.timeout(PATIENCE_SECONDS), self.connect() as (reader, writer):
                    writer.write(request)
                    return await answer(reader)
            except TimeoutError:
                return SILENT
        return CLOSED


async def answer(reader: asyncio.StreamReader) -> Outcome:
    """The status of what comes, once its body has come too."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    await reader.readexactly(int(headers.get("content-length", 0)))
    return head[0].split()[1]


def request(method: str, target: str, body: bytes = b"", **headers: str) -> bytes:
    """headers: names with underscores for dashes."""
    given = {"host": "soak", **headers}
    if body:
        given = {"content-type": "application/json", "content-length": str(len(body)), **given}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines]).encode() + b"\r\n\r\n" + body
