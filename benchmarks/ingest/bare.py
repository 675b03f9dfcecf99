"""The same requests in a bare aiohttp loop, every answer thrown away: a process of its own."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from typing import Any

from aiohttp import ClientSession


async def main(spec: dict[str, Any]) -> dict[str, float]:
    """spec: urls, each asked once; flights: how many at a time; headers."""
    waiting = list(spec["urls"])

    async def fly(session: ClientSession) -> None:
        while waiting:
            async with session.get(waiting.pop(), headers=spec["headers"]) as answer:
                assert answer.status == 200
                await answer.read()

    async with ClientSession() as session:
        started_at = time.perf_counter()
        await asyncio.gather(*(fly(session) for _ in range(spec["flights"])))
        seconds = time.perf_counter() - started_at
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
