"""Worker processes: real ones, started, stopped, killed, and left without their database."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from domain.database import connection_parameters
from domain.engagement.actions.verify import verify
from tests.platforms import (
    HOUR,
    KEY,
    ROOT,
    SandboxProcess,
    counters,
    make_account,
    make_partner,
    make_post,
    sandbox_process,
    seen_ids,
)
from tests.waiting import until

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = "2025-10-03T20"
RUN = """
import asyncio
from commands.logs import configure
from settings import load_settings
from workers.health import WorkerHealth
from workers.main import run_worker
settings = load_settings()
configure(settings)
asyncio.run(run_worker(settings, WorkerHealth()))
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def partner_id(database: str) -> int:
    return await make_partner(datetime.now(UTC))


@pytest_asyncio.fixture(loop_scope="module")
async def connection(database: str, sandbox: SandboxProcess) -> AsyncIterator[asyncpg.Connection]:
    """To look with, past Tortoise. Nothing is wrong, and no earlier test's post is due."""
    sandbox.reset()
    opened = await asyncpg.connect(**connection_parameters(database))
    await opened.execute("DELETE FROM post_pull")
    yield opened
    await opened.close()


@dataclass(frozen=True, slots=True)
class Worker:
    process: subprocess.Popen[bytes]
    log: Path

    async def has_said(self, event: str) -> bool:
        return f'"{event}"' in self.log.read_text()


@contextmanager
def worker(database_url: str, sandbox: SandboxProcess, **more: str) -> Iterator[Worker]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "XINFENG_SECRET_KEY": KEY,
        "XINFENG_PULL_INTERVAL_SECONDS": "3600",
        "XINFENG_PLATFORM_URLS": f'{{"WEIBO": "{sandbox.url}/weibo"}}',
        **more,
    }
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN], cwd=ROOT, env=environment, stderr=log
        )
        running = Worker(process, Path(log.name))
        try:
            yield running
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(10)
            print(running.log.read_text())


async def make_accounts(
    partner_id: int, name: str, count: int, posts_each: int
) -> dict[str, dict[str, int]]:
    """Media accounts; by their token, the posts' own ids by the platform's."""
    now = datetime.now(UTC)
    made: dict[str, dict[str, int]] = {}
    for number in range(count):
        token = f"media-{name}-{number}"
        account_id = await make_account(partner_id, token, now, token=token, media=True)
        ids = seen_ids(posts_each, start=number * posts_each)
        posted_at = now - timedelta(hours=1)
        made[token] = {key: await make_post(account_id, key, posted_at) for key in ids}
    return made


async def observations(connection: asyncpg.Connection, posts: Mapping[str, int]) -> Counter[str]:
    """How many observations each post has, by the platform's id."""
    rows = await connection.fetch(
        "SELECT post_id FROM observation WHERE post_id = ANY($1)", list(posts.values())
    )
    names = {post_id: name for name, post_id in posts.items()}
    return Counter(names[row["post_id"]] for row in rows)


async def reads_total(connection: asyncpg.Connection, posts: Mapping[str, int]) -> int:
    total: int = await connection.fetchval(
        "SELECT coalesce(sum(value), 0)::bigint FROM engagement_total"
        " WHERE subject_kind = 'POST' AND metric = 'READS' AND subject_id = ANY($1)",
        list(posts.values()),
    )
    return total


def expected_reads(posts: Mapping[str, int], hour: str = HOUR) -> int:
    return sum(counters(name, hour)["reads"] for name in posts)


async def test_a_worker_pulls_rolls_up_and_stops(
    connection: asyncpg.Connection, database: str, partner_id: int, sandbox: SandboxProcess
) -> None:
    posts = (await make_accounts(partner_id, "grow", 1, 20))["media-grow-0"]
    with worker(database, sandbox, XINFENG_PULL_INTERVAL_SECONDS="1") as running:

        async def first() -> bool:
            return await reads_total(connection, posts) == expected_reads(posts)

        async def second() -> bool:
            return await reads_total(connection, posts) == expected_reads(posts, LATER)

        await until(first)
        sandbox.call("PUT", "/clock", {"hour": LATER})
        await until(second)
        sandbox.fault("slow:1", times=1)
        stopped_at = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.process.wait, 10) == 0
        assert time.monotonic() - stopped_at < 8
    assert expected_reads(posts, LATER) > expected_reads(posts)
    left = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status IN ('doing', 'failed')"
    assert await connection.fetchval(left) == 0
    assert await connection.fetchval("SELECT count(*) FROM jobs.procrastinate_workers") == 0
    assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []


async def test_killed_in_the_middle_nothing_is_lost_and_nothing_doubled(
    connection: asyncpg.Connection, database: str, partner_id: int, sandbox: SandboxProcess
) -> None:
    posts = (await make_accounts(partner_id, "kill", 1, 150))["media-kill-0"]
    before = len(sandbox.requests())
    # The second of the account's two batches is on its way when the worker dies.
    sandbox.fault("slow:0.7")
    with worker(database, sandbox) as running:

        async def first_batch() -> bool:
            return len(await observations(connection, posts)) == 100

        await until(first_batch)
        await asyncio.to_thread(wait_for_request, sandbox, before + 2)
        running.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(running.process.wait, 10)
    sandbox.call("DELETE", "/faults")
    assert len(await observations(connection, posts)) == 100
    doing = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'doing'"
    assert await connection.fetchval(f"{doing} AND task_name = 'pull_account'") == 1
    with worker(database, sandbox):

        async def whole() -> bool:
            return await reads_total(connection, posts) == expected_reads(posts)

        await until(whole)
    assert await observations(connection, posts) == dict.fromkeys(posts, 3)
    asked = [dict(request["query"])["ids"] for request in sandbox.requests(before)]
    assert len(asked) == 3
    assert asked[1] == asked[2] != asked[0]
    assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []


def wait_for_request(sandbox: SandboxProcess, count: int) -> None:
    deadline = time.monotonic() + 10
    while len(sandbox.requests()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def test_two_workers_share_without_overlap(
    connection: asyncpg.Connection, database: str, partner_id: int, sandbox: SandboxProcess
) -> None:
    accounts = await make_accounts(partner_id, "share", 24, 5)
    posts = {name: key for made in accounts.values() for name, key in made.items()}
    before = len(sandbox.requests())
    sandbox.fault("slow:0.3")
    one = {"XINFENG_WORKER_CONCURRENCY": "2"}
    with worker(database, sandbox, **one) as first, worker(database, sandbox, **one) as second:

        async def whole() -> bool:
            return await reads_total(connection, posts) == expected_reads(posts)

        await until(whole)
        workers = "SELECT count(*) FROM jobs.procrastinate_workers"
        assert await connection.fetchval(workers) >= 2
        assert first.process.poll() is None
        assert second.process.poll() is None
    asked = Counter(dict(request["query"])["ids"] for request in sandbox.requests(before))
    assert asked == {",".join(sorted(made, reverse=True)): 1 for made in accounts.values()}
    assert await observations(connection, posts) == dict.fromkeys(posts, 3)


def test_workers_load_no_graphql_and_no_http_server() -> None:
    code = (
        "import sys, workers.main\n"
        "print([name for name in ('strawberry', 'graphql', 'starlette', 'granian', 'schema', 'api')"
        " if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert run.stdout.strip() == b"[]"
