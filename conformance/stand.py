"""What the clients are tried against: the real server, on a fresh database with a little data."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.stand import free_port
from commands.failures import CommandFailed
from commands.liveness import is_live
from commands.supervisor import Child, Report, Supervisor
from conformance.world import Facts, count_once, make_world
from domain.database import open_database

ROOT = Path(__file__).parent.parent
READY_SECONDS = 60.0
COUNT_SECONDS = 0.3
"""How often the followed post is counted anew: somebody must see it change."""


@dataclass(frozen=True, slots=True)
class Stand:
    """url: of the graph. token: an administrator's. environment: what a client is told."""

    url: str
    token: str
    facts: Facts
    environment: Mapping[str, str]


@asynccontextmanager
async def stand(database_url: str, directory: Path, report: Report) -> AsyncIterator[Stand]:
    """A server with data in it, which changes as long as the context lasts."""
    async with open_database(database_url):
        facts, token = await make_world()
        with _serving(database_url, directory, report) as url:
            told = {"XINFENG_URL": url, "XINFENG_TOKEN": token}
            told["XINFENG_FACTS"] = json.dumps(asdict(facts))
            counting = asyncio.create_task(_count(facts))
            try:
                yield Stand(url, token, facts, {**os.environ, **told})
            finally:
                counting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await counting


async def _count(facts: Facts) -> None:
    value = 100
    while True:
        value += 1
        await count_once(facts, value, datetime.now(UTC))
        await asyncio.sleep(COUNT_SECONDS)


@contextmanager
def _serving(database_url: str, directory: Path, report: Report) -> Iterator[str]:
    port = free_port()
    child = Child(
        name="server",
        command=[sys.executable, str(ROOT / "cli.py"), "serve", "--port", str(port)],
        environment={
            "DATABASE_URL": database_url,
            "XINFENG_SECRET_KEY": "conformance",
            "XINFENG_HOST": "127.0.0.1",
            "XINFENG_PROCESSES": "1",
            "XINFENG_LOG_LEVEL": "warning",
        },
        log=directory / "server.log",
    )
    supervisor = Supervisor(report)
    try:
        supervisor.start(child)
        deadline = time.monotonic() + READY_SECONDS
        while not is_live(port):
            supervisor.must_run()
            if time.monotonic() > deadline:
                raise CommandFailed(f"the server does not answer; see {child.log}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        supervisor.stop()
