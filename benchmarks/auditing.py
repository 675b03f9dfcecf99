"""`./xinfeng bench audit`: what the audit chain costs when many write at once."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Annotated

import asyncpg
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console

from benchmarks import database
from commands.fresh_database import create
from commands.runtime import Json, say
from domain.access import SYSTEM, Act
from domain.audit import actions as audit
from domain.database import connection_parameters, open_database, transaction
from settings import load_settings

DATABASE = "xinfeng_bench_audit"
SWITCH = "ALTER TABLE audit_entry {} TRIGGER audit_entry_chain"
ROUNDS = 3
"""In turns, with the chain and without it, so that what else the machine does meets both."""


@dataclass(frozen=True, slots=True)
class Written:
    """Transactions of one entry each. Times of one, in milliseconds."""

    writers: int
    chained: bool
    per_second: float
    median_ms: float
    p99_ms: float


def auditing(
    *,
    seconds: Annotated[float, Parameter(validator=Number(gt=0))] = 5.0,
    writers: tuple[int, ...] = (1, 4, 16),
    as_json: Json = False,
) -> None:
    """Measure transactions that write one audit entry, with the chain and without it.

    Each is committed to the disk. The database is made anew, in a PostgreSQL of its own unless
    DATABASE_URL names one.

    Parameters
    ----------
    seconds
        How long each number of writers writes.
    writers
        How many write at once.
    as_json
        Figures as a JSON list.
    """
    with database.server(load_settings(), say) as server_url:
        found = asyncio.run(_measure(server_url, writers, seconds))
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    else:
        _show(found)


async def _measure(server_url: str, writers: tuple[int, ...], seconds: float) -> list[Written]:
    url = await create(server_url, DATABASE)
    async with open_database(url, pool_size=max(writers)):
        return [each for count in writers for each in await _compared(url, count, seconds)]


async def _compared(url: str, writers: int, seconds: float) -> list[Written]:
    """Without the chain, then with it."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for chained, word in ((False, "DISABLE"), (True, "ENABLE")):
            await _execute(url, SWITCH.format(word))
            say(f"{writers} at once, {'chained' if chained else 'without the chain'}")
            times[chained] += await _times(writers, seconds / ROUNDS)
    return [_written(writers, seconds, chained, taken) for chained, taken in times.items()]


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(**connection_parameters(url))
    await connection.execute(statement)
    await connection.close()


async def _times(writers: int, seconds: float) -> list[float]:
    ends_at = time.perf_counter() + seconds
    taken = await asyncio.gather(*(_write(number, ends_at) for number in range(writers)))
    return [each for writer in taken for each in writer]


def _written(writers: int, seconds: float, chained: bool, times: list[float]) -> Written:
    return Written(
        writers=writers,
        chained=chained,
        per_second=round(len(times) / seconds, 1),
        median_ms=round(1000 * median(times), 2),
        p99_ms=round(1000 * quantiles(times, n=100)[98], 2),
    )


async def _write(number: int, ends_at: float) -> list[float]:
    """Seconds that each transaction took, from its first statement to its commit."""
    act, times = Act(SYSTEM, datetime.now(UTC)), []
    while (begun_at := time.perf_counter()) < ends_at:
        async with transaction() as client:
            await audit.record(client, act, "bench.write", f"Bench:{number}", after={"n": number})
        times.append(time.perf_counter() - begun_at)
    return times


def _show(found: list[Written]) -> None:
    console = Console()
    console.print("at once  chain    a second   median ms   p99 ms")
    for each in found:
        chain = "chained" if each.chained else "without"
        console.print(
            f"{each.writers:7}  {chain}  {each.per_second:8.0f}  {each.median_ms:10.2f}"
            f"  {each.p99_ms:7.2f}"
        )
