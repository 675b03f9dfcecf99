"""A sandbox for each file, and tools that pull from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.outgoing import LOOPBACK
from tests.platforms import BOX, SandboxProcess, make_partner, sandbox_process
from tests.pulling.world import INTERVAL, SHANGHAI, START, Clock, sql
from workers.http import open_session
from workers.platforms import ADAPTERS
from workers.tools import Tools


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process() as process:
        yield process


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_tools(
    database: str, sandbox: SandboxProcess, clock: Clock
) -> AsyncIterator[Tools]:
    async with open_session(1.0, LOOPBACK) as session:
        yield Tools(
            session=session,
            box=BOX,
            zone=SHANGHAI,
            pull_interval_seconds=INTERVAL,
            platform_urls={
                "WEIBO": f"{sandbox.url}/weibo",
                "MASTODON": f"{sandbox.url}/mastodon",
            },
            adapters=ADAPTERS,
            clock=clock,
            chance=lambda: 0.5,
        )


@pytest_asyncio.fixture(loop_scope="module")
async def tools(module_tools: Tools, sandbox: SandboxProcess, clock: Clock) -> Tools:
    """Nothing is wrong, and no earlier test's post is due."""
    sandbox.reset()
    clock.turn(3600)
    await sql("DELETE FROM post_pull")
    await sql("DELETE FROM pull_budget")
    return module_tools


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def partner_id(database: str) -> int:
    return await make_partner(START)
