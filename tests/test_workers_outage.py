"""A worker whose database breaks off, falls silent, is away from the start, and returns."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from domain.database import connection_parameters
from domain.engagement.actions.verify import verify
from tests.outage import Line
from tests.platforms import HOUR, SandboxProcess, make_partner, sandbox_process
from tests.test_workers import LATER, expected_reads, make_accounts, reads_total, worker
from tests.waiting import until

OFTEN = {"XINFENG_PULL_INTERVAL_SECONDS": "1"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posts(database: str) -> dict[str, int]:
    partner_id = await make_partner(datetime.now(UTC))
    return (await make_accounts(partner_id, "outage", 1, 120))["media-outage-0"]


@pytest_asyncio.fixture(loop_scope="module")
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    """To look with, past the line that is cut."""
    opened = await asyncpg.connect(**connection_parameters(database))
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def line(database: str) -> AsyncIterator[Line]:
    with tempfile.TemporaryDirectory(prefix="xinfeng-line-") as directory:
        opened = Line(database, Path(directory))
        yield opened
        await opened.cut()


async def test_the_worker_waits_and_recovers_by_itself(
    connection: asyncpg.Connection, line: Line, posts: dict[str, int], sandbox: SandboxProcess
) -> None:
    async def caught_up(hour: str) -> bool:
        return await reads_total(connection, posts) == expected_reads(posts, hour)

    with worker(line.url, sandbox, **OFTEN) as running:
        await until(lambda: running.has_said("worker_waits"))
        assert running.process.poll() is None, "it waits for a database that is away from the start"
        await line.restore()
        await until(lambda: caught_up(HOUR))
        # The line breaks while an answer is on its way, and the answer cannot be recorded.
        sandbox.fault("slow:0.5")
        before = len(sandbox.requests())
        await until(lambda: asked_again(sandbox, before))
        await line.cut()
        sandbox.call("DELETE", "/faults")
        sandbox.call("PUT", "/clock", {"hour": LATER})
        await asyncio.sleep(2.5)
        assert running.process.poll() is None
        assert await caught_up(HOUR)
        await line.restore()
        await until(lambda: caught_up(LATER))
        line.silence()
        sandbox.call("PUT", "/clock", {"hour": HOUR})
        await asyncio.sleep(2)
        assert await caught_up(LATER)
        await line.restore()
        await until(lambda: caught_up(HOUR))
        assert running.process.poll() is None
    assert expected_reads(posts) < expected_reads(posts, LATER)
    assert await verify(zone=ZoneInfo("Asia/Shanghai"), report=lambda done, of: None) == []


async def asked_again(sandbox: SandboxProcess, before: int) -> bool:
    return len(sandbox.requests()) > before


@pytest.mark.parametrize(
    ("absence", "status", "seconds"), [("away", 0, 5), ("cut off", 0, 13), ("silent", 1, 15)]
)
async def test_the_worker_stops_though_the_database_is_absent(
    line: Line, sandbox: SandboxProcess, absence: str, status: int, seconds: float
) -> None:
    if absence != "away":
        await line.restore()
    with worker(line.url, sandbox, **OFTEN) as running:
        ready = "worker_waits" if absence == "away" else "pulled"
        await until(lambda: running.has_said(ready))
        if absence == "cut off":
            await line.cut()
            await asyncio.sleep(0.5)
        if absence == "silent":
            line.silence()
        stopped_at = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.process.wait, 40) == status
        assert time.monotonic() - stopped_at < seconds
        await line.cut()
