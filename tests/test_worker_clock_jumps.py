"""A real worker whose clock is put forward and back by hours: it goes on planning and pulling."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from domain.database import connection_parameters
from domain.engagement.actions.verify import verify
from tests.platforms import (
    KEY,
    SandboxProcess,
    make_account,
    make_partner,
    make_post,
    sandbox_process,
    seen_ids,
)
from tests.serving import ROOT
from tests.test_workers import SHANGHAI
from tests.waiting import until

HOUR = timedelta(hours=1)
RUN = """
import asyncio, os, time, dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
import procrastinate.periodic
import workers.main
from commands.logs import configure
from settings import load_settings
from workers.health import WorkerHealth

def hours():
    return float(Path(os.environ["CLOCK"]).read_text())

class Turned:
    time = staticmethod(lambda: time.time() + 3600 * hours())

procrastinate.periodic.time = Turned
plain = workers.main.tools_from
clock = lambda: datetime.now(UTC) + timedelta(hours=hours())
workers.main.tools_from = lambda *given: dataclasses.replace(plain(*given), clock=clock)
settings = load_settings()
configure(settings)
asyncio.run(workers.main.run_worker(settings, WorkerHealth()))
"""


def started(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        command = [sys.executable, "-c", RUN]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(**connection_parameters(database))
    yield opened
    await opened.close()


async def test_pulls_go_on_however_the_clock_is_turned(
    database: str, connection: asyncpg.Connection, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    partner_id = await make_partner(datetime.now(UTC))
    account_id = await make_account(
        partner_id, "media-1", datetime.now(UTC), token="media-1", media=True
    )
    post_id = await make_post(account_id, seen_ids(1)[0], datetime.now(UTC) - HOUR)
    clock, log = tmp_path / "clock", tmp_path / "worker.log"

    def turn(hours: float) -> None:
        ready = tmp_path / "clock.new"
        ready.write_text(str(hours))
        ready.rename(clock)

    async def asked_at(hours: float) -> None:
        """Until the post was asked about by the clock as it is now."""
        expected = datetime.now(UTC) + hours * HOUR

        async def has() -> bool:
            last: datetime | None = await connection.fetchval(
                "SELECT last_at FROM post_pull WHERE post_id = $1", post_id
            )
            return last is not None and abs(last - expected) < timedelta(minutes=2)

        await until(has, 30)

    async def noticed(turns: int) -> None:
        """Until the worker has seen so many turns: two between its looks are one to it."""

        async def has() -> bool:
            return log.read_text().count('"clock_turned"') == turns

        await until(has, 30)

    turn(0)
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "XINFENG_SECRET_KEY": KEY,
        "XINFENG_PULL_INTERVAL_SECONDS": "2",
        "XINFENG_PLATFORM_URLS": f'{{"WEIBO": "{sandbox.url}/weibo"}}',
        "CLOCK": str(clock),
    }
    process = started(environment, log)
    try:
        await asked_at(0)
        turn(6)
        await asked_at(6)
        await noticed(1)
        turn(-3)
        await asked_at(-3)
        await noticed(2)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        print(log.read_text())
    assert log.read_text().count('"clock_turned"') == 2
    assert '"plans_mended"' in log.read_text()
    assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []
