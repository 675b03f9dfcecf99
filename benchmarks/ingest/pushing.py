"""Pushes of the most items one may hold, to the real server, one after the other by each sender."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from aiohttp import ClientSession

from benchmarks.cores import on
from benchmarks.ingest import processes, world
from benchmarks.ingest.pulling import Place
from benchmarks.ingest.recording import DEFINITIONS
from benchmarks.pushes import signed
from benchmarks.stand import free_port
from commands.failures import CommandFailed
from commands.supervisor import Child, Supervisor
from domain.access import SYSTEM, Act
from domain.database import connection_parameters, open_database
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox

ITEMS = 500
PUSHES = 60


@dataclass(frozen=True, slots=True)
class Pushed:
    """cpu_seconds: of the server's process."""

    pushes: int
    seconds: float
    cpu_seconds: float

    @property
    def items(self) -> int:
        return self.pushes * ITEMS


def push(place: Place, supervisor: Supervisor, directory: Path) -> Pushed:
    """As many senders as flights. Raises CommandFailed when one is not taken whole."""
    port = free_port()
    command = ["serve", "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        "DATABASE_URL": place.database_url,
        "XINFENG_SECRET_KEY": world.KEY,
        "XINFENG_PUSH_BACKLOG": str(10**9),
    }
    with on(place.cores.server):
        server = processes.start(supervisor, "server", command, environment, directory)
    try:
        processes.wait_for(f"http://127.0.0.1:{port}/livez", supervisor)
        return asyncio.run(_measure(place, server, f"http://127.0.0.1:{port}"))
    finally:
        processes.stop(supervisor, server)


async def _measure(place: Place, server: Child, url: str) -> Pushed:
    secret, partner_id, posts = await _partner(place.database_url)
    bodies = {
        f"push-{number}": body(posts, datetime.now(UTC) - timedelta(seconds=number))
        for number in range(PUSHES + place.flights)
    }
    where = f"{url}/v1/engagement?partner=Partner:{partner_id}"
    waiting = list(bodies.items())

    async def send_until(left: int) -> None:
        while len(waiting) > left:
            name, content = waiting.pop()
            headers = signed(secret, name, content)
            async with session.post(where, data=content, headers=headers) as answer:
                told = await answer.json()
                if answer.status != 200 or told["accepted"] != ITEMS:
                    raise CommandFailed(f"a push was not taken: {answer.status} {told}")

    async with ClientSession() as session:
        # The first of each sender opens connections and prepares statements.
        await asyncio.gather(*(send_until(PUSHES) for _ in range(place.flights)))
        started_at, cpu = time.perf_counter(), processes.cpu_seconds(server)
        await asyncio.gather(*(send_until(0) for _ in range(place.flights)))
        seconds = time.perf_counter() - started_at
    return Pushed(PUSHES, seconds, processes.cpu_seconds(server) - cpu)


async def _partner(database_url: str) -> tuple[str, int, list[int]]:
    """The benchmark's partner: a secret of its, its number, its posts."""
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        partner_id = await connection.fetchval("SELECT id FROM partner")
        posts = [row["id"] for row in await connection.fetch("SELECT id FROM post ORDER BY id")]
    finally:
        await connection.close()
    async with open_database(database_url):
        act = Act(SYSTEM, datetime.now(UTC))
        return await issue_secret(act, SecretBox((world.KEY,)), partner_id), partner_id, posts


def body(posts: list[int], moment: datetime) -> bytes:
    """ITEMS items, each of another post and metric as far as there are."""
    metrics = list(DEFINITIONS)
    items = [
        {
            "post": f"Post:{posts[place // len(metrics) % len(posts)]}",
            "metric": metrics[place % len(metrics)].value,
            "value": 1000 + place,
            "observedAt": moment.isoformat(),
        }
        for place in range(ITEMS)
    ]
    return json.dumps({"items": items}).encode()
