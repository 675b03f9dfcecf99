"""The same statement with nothing around it: asyncpg, no HTTP, no GraphQL. A process of its own,
told on standard input what to run, telling on standard output what came of it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import asyncpg
import uvloop

from benchmarks.statements import CONNECTION, Statement, read_bytes, unpacked
from benchmarks.window import Window
from domain.database import connection_parameters


async def repeat(database_url: str, statement: Statement, window: Window) -> int:
    """Runs the statement on one connection until the window is closed; the bytes of an answer."""
    connection = await asyncpg.connect(**connection_parameters(database_url), **CONNECTION)
    try:
        await read_bytes(connection)
        prepared = await connection.prepare(statement.sql)
        while True:
            sent_at = time.perf_counter()
            row = await prepared.fetchrow(*statement.values)
            if not window.answered(sent_at, time.perf_counter()):
                return len(statement.body(row))
    finally:
        await connection.close()


async def main(spec: dict[str, Any]) -> dict[str, object]:
    (statement,) = unpacked(spec["statement"]).values()
    window = Window(**spec["window"])
    runs = (repeat(spec["database_url"], statement, window) for _ in range(spec["connections"]))
    sizes = await asyncio.gather(*runs)
    return {**window.result(), "response_bytes": sizes[0]}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(main(json.load(sys.stdin)))))
