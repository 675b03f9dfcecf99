"""The worker's pulling of all accounts that are due, and nothing beside it, in a process alone."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import replace
from typing import Any

from domain.database import open_database, transaction
from domain.partners.rules import Platform
from domain.pulling.due import due_accounts
from settings import Settings
from workers.http import open_session
from workers.platforms.weibo import Weibo
from workers.pulling import pull
from workers.tools import guard_from, tools_from, utc_now


class Asking(Weibo):
    """About so many posts at a time: what other platforms' requests are like."""

    def __init__(self, posts: int) -> None:
        self.batch_size = posts


async def main(spec: dict[str, Any]) -> dict[str, float]:
    """spec: database_url, secret_key, platform_urls, flights: how many accounts at a time,
    batch: how many posts a request is about."""
    settings = Settings(
        DATABASE_URL=spec["database_url"],
        secret_key=spec["secret_key"],
        platform_urls=spec["platform_urls"],
    )
    done = {"batches": 0, "observations": 0}
    async with (
        open_database(settings.database_url, pool_size=spec["flights"] * 2),
        open_session(settings.pull_timeout_seconds, guard_from(settings)) as session,
    ):
        adapters = {Platform.WEIBO: Asking(spec["batch"])}
        tools = replace(tools_from(settings, session), adapters=adapters)
        async with transaction() as client:
            waiting = await due_accounts(client, utc_now(), tools.adapters, 10_000)

        async def fly() -> None:
            while waiting:
                pulled = await pull(tools, waiting.pop())
                done["batches"] += pulled.batches
                done["observations"] += pulled.observations

        before = resource.getrusage(resource.RUSAGE_SELF)
        started_at = time.perf_counter()
        await asyncio.gather(*(fly() for _ in range(spec["flights"])))
        seconds = time.perf_counter() - started_at
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu, **done}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
