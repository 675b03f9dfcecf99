"""Pulling every account once: beside the bare loop, and shared by two worker processes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import asyncpg

from benchmarks.cores import Cores
from benchmarks.ingest import processes, world
from benchmarks.meters import cpu_seconds
from benchmarks.stand import postmaster
from commands.failures import CommandFailed
from commands.supervisor import Supervisor
from domain.database import connection_parameters

LONGEST_SECONDS = 300.0
MOST_REQUESTS = 2000
LEFT = "SELECT count(*) FROM post_pull WHERE last_at IS NULL AND next_at <= now()"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is measured. flights: accounts or requests at a time; batch: how many posts a
    request is about."""

    database_url: str
    cores: Cores
    accounts: int
    posts: int
    flights: int
    batch: int = 100

    @property
    def requests(self) -> int:
        return self.accounts * -(-self.posts // self.batch)

    def asking(self, batch: int) -> Place:
        """The same with smaller requests, of fewer accounts where they would be very many."""
        of_account = -(-self.posts // batch)
        accounts = min(self.accounts, max(self.flights, MOST_REQUESTS // of_account))
        return replace(self, batch=batch, accounts=accounts)


@dataclass(frozen=True, slots=True)
class Pulled:
    """Seconds for all requests, processor seconds of the process, medians; of one run's size.
    batch: posts in a request. database_cpu: PostgreSQL's, for as many requests, a little of which
    went into new connections."""

    batch: int
    requests: int
    observations: int
    seconds: float
    cpu_seconds: float
    database_cpu: float
    bare_seconds: float
    bare_cpu: float

    @property
    def ratio(self) -> float:
        return self.bare_seconds / self.seconds


@dataclass(frozen=True, slots=True)
class Shared:
    """Two worker processes: requests made and needed, accounts each of them pulled."""

    made: int
    needed: int
    accounts: tuple[int, int]
    seconds: float


def compare(place: Place, sandbox_url: str, rounds: int) -> Pulled:
    """In turns. Raises CommandFailed when a run did not do all of the work."""
    ours, bare, database = [], [], []
    server = asyncio.run(postmaster(place.database_url))
    warmed = (place.accounts + place.flights) / place.accounts
    for _ in range(rounds):
        bare.append(
            processes.run("benchmarks.ingest.bare", _loop(place, sandbox_url), place.cores.server)
        )
        asyncio.run(world.again(place.database_url, place.accounts + place.flights))
        spec = {
            "database_url": place.database_url,
            "secret_key": world.KEY,
            "platform_urls": {"WEIBO": f"{sandbox_url}/weibo"},
            "flights": place.flights,
            "batch": place.batch,
        }
        before = cpu_seconds(server)
        ours.append(processes.run("benchmarks.ingest.puller", spec, place.cores.server))
        database.append((cpu_seconds(server) - before) / warmed)
        if ours[-1]["batches"] != place.requests:
            raise CommandFailed(f"{ours[-1]['batches']} requests of {place.requests} succeeded")
    return Pulled(
        place.batch,
        place.requests,
        int(ours[-1]["observations"]),
        median(run["seconds"] for run in ours),
        median(run["cpu_seconds"] for run in ours),
        median(database),
        median(run["seconds"] for run in bare),
        median(run["cpu_seconds"] for run in bare),
    )


def _loop(place: Place, sandbox_url: str) -> dict[str, object]:
    ids = sorted(world.topics(place.posts), reverse=True)
    batches = [ids[at : at + place.batch] for at in range(0, len(ids), place.batch)]
    path = f"{sandbox_url}/weibo/2/media_statuses/count_sp/biz.json"
    urls = [f"{path}?ids={','.join(batch)}" for batch in batches] * place.accounts
    headers = {"Authorization": f"OAuth2 {world.TOKEN}"}
    return {"urls": urls, "flights": place.flights, "headers": headers}


def share(place: Place, sandbox_url: str, supervisor: Supervisor, directory: Path) -> Shared:
    """Two `./xinfeng worker` on everything that is due, until nothing is left. The sandbox is a
    new one: all its requests are theirs."""
    asyncio.run(world.again(place.database_url, place.accounts))
    flights = max(1, place.flights // 2)
    environment = processes.worker_environment(place.database_url, sandbox_url, flights)
    started_at = time.perf_counter()
    workers = [
        processes.start(supervisor, name, ["worker"], environment, directory)
        for name in ("first worker", "second worker")
    ]
    try:
        asyncio.run(_finished(place.database_url, supervisor))
        seconds = time.perf_counter() - started_at
    finally:
        for worker in workers:
            processes.stop(supervisor, worker)
    made = len(processes.fetch(f"{sandbox_url}/requests"))
    first, second = (worker.log.read_text().count('"pulled"') for worker in workers)
    return Shared(made, place.requests, (first, second), seconds)


async def _finished(database_url: str, supervisor: Supervisor) -> None:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        await until_none(connection, LEFT, supervisor)
    finally:
        await connection.close()


async def until_none(connection: asyncpg.Connection, left: str, supervisor: Supervisor) -> None:
    """left: counts what is to be done. Raises CommandFailed when there is always something."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while await connection.fetchval(left):
        supervisor.must_run()
        if time.monotonic() > deadline:
            raise CommandFailed("the workers did not finish")
        await asyncio.sleep(0.1)
