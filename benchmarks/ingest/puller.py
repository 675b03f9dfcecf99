"""The worker's pulling of all accounts that are due, and nothing beside it, in a process alone."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.database import open_database, transaction
from domain.partners.rules import Platform
from domain.pulling.due import due_accounts
from settings import Settings
from workers.http import open_session
from workers.platforms.weibo import Weibo
from workers.pulling import pull
from workers.tools import Tools, guard_from, tools_from, utc_now


class Asking(Weibo):
    """About so many posts at a time: what other platforms' requests are like."""

    def __init__(self, posts: int) -> None:
        self.batch_size = posts


async def main(spec: dict[str, Any]) -> dict[str, float]:
    """spec: database_url, secret_key, platform_urls, flights: how many accounts at a time,
    batch: how many posts a request is about. As many accounts as fly at once are pulled before
    the clock starts: a worker lives for days, its connections and statements are made once."""
    settings = Settings(
        DATABASE_URL=spec["database_url"],
        secret_key=spec["secret_key"],
        platform_urls=spec["platform_urls"],
    )
    flights = spec["flights"]
    async with (
        open_database(settings.database_url, pool_size=flights * 2),
        open_session(settings.pull_timeout_seconds, guard_from(settings)) as session,
    ):
        adapters = {Platform.WEIBO: Asking(spec["batch"])}
        tools = replace(tools_from(settings, session), adapters=adapters)
        async with transaction() as client:
            waiting = await due_accounts(client, utc_now(), tools.adapters, 10_000)
        await _pull_all(tools, waiting[:flights], flights)
        before = resource.getrusage(resource.RUSAGE_SELF)
        started_at = time.perf_counter()
        done = await _pull_all(tools, waiting[flights:], flights)
        seconds = time.perf_counter() - started_at
        used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu, **done}


async def _pull_all(tools: Tools, accounts: Sequence[int], flights: int) -> dict[str, int]:
    """So many at a time, until none is left; what that brought."""
    waiting, done = list(accounts), {"batches": 0, "observations": 0}

    async def fly() -> None:
        while waiting:
            pulled = await pull(tools, waiting.pop())
            done["batches"] += pulled.batches
            done["observations"] += pulled.observations

    await asyncio.gather(*(fly() for _ in range(flights)))
    return done


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
