"""The same requests in a bare aiohttp loop, every answer thrown away: a process of its own."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from typing import Any

from aiohttp import ClientSession


async def main(spec: dict[str, Any]) -> dict[str, float]:
    """spec: urls, each asked once; flights: how many at a time; headers. As many requests as fly
    at once are made before the clock starts."""
    flights = spec["flights"]
    async with ClientSession(headers=spec["headers"]) as session:
        await _ask_all(session, spec["urls"][:flights], flights)
        before = resource.getrusage(resource.RUSAGE_SELF)
        started_at = time.perf_counter()
        await _ask_all(session, spec["urls"], flights)
        seconds = time.perf_counter() - started_at
        used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu}


async def _ask_all(session: ClientSession, urls: Sequence[str], flights: int) -> None:
    waiting = list(urls)

    async def fly() -> None:
        while waiting:
            async with session.get(waiting.pop()) as answer:
                assert answer.status == 200
                await answer.read()

    await asyncio.gather(*(fly() for _ in range(flights)))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
