"""The real server, as `./xinfeng serve` starts it, in processes of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.graph import KEY, PLENTY

ROOT = Path(__file__).parent.parent
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Served:
    """A server on a port of 127.0.0.1."""

    port: int
    process: subprocess.Popen[bytes]

    async def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a request over a connection of its own."""
        reader, writer = await self.send(request)
        try:
            return await answer_of(reader)
        finally:
            writer.close()

    async def send(self, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        await writer.drain()
        return reader, writer


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split()[1]), headers, body


@contextmanager
def served(
    database_url: str, *arguments: str, number: int = 1, **environment: str
) -> Iterator[list[Served]]:
    """As many servers, all of which answer; ended on leaving."""
    plenty = {f"XINFENG_{name.upper()}": str(value) for name, value in PLENTY.items()}
    given = {"DATABASE_URL": database_url, "XINFENG_SECRET_KEY": KEY, **plenty, **environment}
    started: list[tuple[subprocess.Popen[bytes], int]] = []
    try:
        for _ in range(number):
            port = free_port()
            command = [sys.executable, "cli.py", "serve", "--port", str(port), *arguments]
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given})
            started.append((process, port))
        for process, port in started:
            _wait(process, port)
        yield [Served(port, process) for process, port in started]
    finally:
        for process, _ in started:
            process.send_signal(signal.SIGTERM)
        for process, _ in started:
            process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        else:
            return
