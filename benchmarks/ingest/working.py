"""The real worker process, on everything that is due: from the first plan to the last total."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks.cores import on
from benchmarks.ingest import processes, world
from benchmarks.ingest.pulling import LEFT, Place, until_none
from commands.supervisor import Child, Supervisor
from domain.database import connection_parameters

UNDERIVED = "SELECT count(*) FROM engagement_dirty"
OBSERVED = "SELECT count(*) FROM observation"
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Worked:
    """seconds: until everything was pulled; derived_seconds: and its totals were derived.
    cpu_seconds: of the worker process, all of that."""

    requests: int
    observations: int
    seconds: float
    derived_seconds: float
    cpu_seconds: float


def work(place: Place, sandbox_url: str, supervisor: Supervisor, directory: Path) -> Worked:
    """One `./xinfeng worker` on its own core. It starts before anything is due."""
    asyncio.run(world.again(place.database_url, 0))
    environment = processes.worker_environment(place.database_url, sandbox_url, place.flights)
    with on(place.cores.server):
        worker = processes.start(supervisor, "one worker", ["worker"], environment, directory)
    try:
        _wait_for_start(worker, supervisor)
        return asyncio.run(_measure(place, worker, supervisor))
    finally:
        processes.stop(supervisor, worker)


def _wait_for_start(worker: Child, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "worker_started" not in worker.log.read_text() and time.monotonic() < deadline:
        supervisor.must_run()
        time.sleep(0.1)


async def _measure(place: Place, worker: Child, supervisor: Supervisor) -> Worked:
    connection = await asyncpg.connect(**connection_parameters(place.database_url))
    try:
        before, cpu = await connection.fetchval(OBSERVED), processes.cpu_seconds(worker)
        await world.again(place.database_url, place.accounts)
        started_at = time.perf_counter()
        await until_none(connection, LEFT, supervisor)
        seconds = time.perf_counter() - started_at
        await until_none(connection, UNDERIVED, supervisor)
        return Worked(
            requests=place.requests,
            observations=await connection.fetchval(OBSERVED) - before,
            seconds=seconds,
            derived_seconds=time.perf_counter() - started_at,
            cpu_seconds=processes.cpu_seconds(worker) - cpu,
        )
    finally:
        await connection.close()
