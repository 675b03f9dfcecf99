"""`./xinfeng bench chaos`: nothing acknowledged is lost, whoever is killed and when."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import asyncpg
from aiohttp import ClientSession
from cyclopts import Parameter
from cyclopts.validators import Number

from benchmarks import database
from benchmarks.chaos import judging, world
from benchmarks.chaos.pushing import Counters, Pushing
from benchmarks.chaos.script import Script, all_of_it, some_of_it
from benchmarks.chaos.victims import Victims
from benchmarks.ingest import processes
from benchmarks.ingest.world import KEY
from benchmarks.stand import free_port
from commands.failures import CommandFailed
from commands.fresh_database import create
from commands.progress import progress
from commands.runtime import Json, say
from commands.supervisor import Supervisor
from domain.database import connection_parameters, open_database
from domain.secrets import SecretBox
from sandbox.main import DATA
from sandbox.topics import hour_text, load
from settings import load_settings

ROUND_SECONDS = 5.0
"""How long a round lasts at least: an hour of the data, or several. Each is pushed once, and pulled
as often as it can be."""

DRAIN_SECONDS = 180.0
ZONE = ZoneInfo("Asia/Shanghai")
DUE = "UPDATE post_pull SET next_at = now()"
CLOSED = "UPDATE account_pull SET paused_until = NULL"
BEHIND = (
    "SELECT count(*) FROM post_pull d JOIN account a ON a.id = d.account_id"
    " WHERE a.platform = 'WEIBO' AND (d.last_at IS NULL OR d.last_at < $1)"
)


@dataclass(frozen=True, slots=True)
class Result:
    """lost: acknowledged items that are not in the ledger. unrecorded: answers without their
    observations. differing: figures that do not follow from the observations. unequal: totals that
    differ between pull and push, of `compared`."""

    seed: int
    minutes: float
    killed: dict[str, int]
    pushes: int
    attempts: int
    acknowledged: int
    observations: dict[str, int]
    lost: int
    unrecorded: int
    differing: int
    compared: int
    unequal: int

    @property
    def is_clean(self) -> bool:
        faults = self.lost + self.unrecorded + self.differing + self.unequal
        return faults == 0 and self.compared > 0


def chaos(
    *,
    minutes: Annotated[float, Parameter(validator=Number(gt=0, lte=600))] = 10.0,
    seed: int | None = None,
    topics: Annotated[int, Parameter(validator=Number(gte=1, lte=2000))] = 200,
    whole: bool = False,
    as_json: Json = False,
) -> None:
    """Pull and push the same real data while the API and two workers are killed at random moments.

    Then everything is worked off, every figure is derived anew, every acknowledged item is looked
    up, and the totals by pull are compared with those by push. Exit 1 when anything differs. The
    database is made anew, in a PostgreSQL of its own unless DATABASE_URL names one.

    Parameters
    ----------
    minutes
        How long processes are killed.
    seed
        Decides whom and when; a new one each time, which is told.
    topics
        How many topics of the data set are carried by each partner.
    whole
        All of its topics, from its first hour to its last, however long the run: each hour what
        changed is pushed.
    as_json
        What was counted as one JSON object.
    """
    settings = load_settings()
    chosen = secrets.randbelow(10**6) if seed is None else seed
    say(f"seed {chosen}")
    directory, supervisor = database.directory(settings) / "chaos", Supervisor(say)
    with database.server(settings, say, grows=True) as server_url:
        url = asyncio.run(create(server_url, "xinfeng_bench_chaos"))
        try:
            with processes.sandbox(supervisor, free_port(), directory) as sandbox_url:
                script = all_of_it(load(DATA)) if whole else some_of_it(load(DATA), topics)
                run = Run(url, sandbox_url, directory, supervisor, minutes, chosen, script)
                result = asyncio.run(run.whole())
        finally:
            supervisor.stop()
    if as_json:
        print(json.dumps({**asdict(result), "is_clean": result.is_clean}, indent=2))
    else:
        for name, value in asdict(result).items():
            print(f"{name}: {value}")
    if not result.is_clean:
        raise CommandFailed("something was lost or differs; the seed tells how to do it again")
    say("nothing is lost, and both ways tell the same")


@dataclass(frozen=True, slots=True)
class Run:
    database_url: str
    sandbox_url: str
    directory: Path
    supervisor: Supervisor
    minutes: float
    seed: int
    script: Script

    async def whole(self) -> Result:
        api_port = free_port()
        async with open_database(self.database_url), ClientSession() as session:
            with progress("registering posts") as report:
                made = await world.make(self.script.names, SecretBox((KEY,)), report)
            victims = self._victims(api_port)
            address = f"http://127.0.0.1:{api_port}"
            pushing = Pushing(session, address, made.pushed, made.secret)
            victims.start_all()
            last = await self._rage(victims, pushing)
            victims.start_all()
            await pushing.push(last)
            await self._drain()
            victims.stop_all()
            return await self._judge(made, victims, pushing)

    def _victims(self, api_port: int) -> Victims:
        environment = {
            **processes.worker_environment(self.database_url, self.sandbox_url, 2),
            "XINFENG_PULL_INTERVAL_SECONDS": str(ROUND_SECONDS),
        }
        api = ["serve", "--host", "127.0.0.1", "--port", str(api_port)]
        commands = {"api": api, "first worker": ["worker"], "second worker": ["worker"]}
        return Victims(self.supervisor, environment, self.directory, commands)

    async def _rage(self, victims: Victims, pushing: Pushing) -> Counters:
        """Returns all counters of the hour of the data at which it ended."""
        seconds, started_at = self.minutes * 60, time.monotonic()
        hunting = asyncio.create_task(victims.hunt(random.Random(self.seed)))
        scene = self.script.scene(0.0, None)
        try:
            with progress("killing") as report:
                while (gone := time.monotonic() - started_at) < seconds:
                    report(round(gone), round(seconds))
                    scene = self.script.scene(gone / seconds, scene)
                    await asyncio.to_thread(_set_clock, self.sandbox_url, scene.hour)
                    await pushing.push(scene.news)
                    rest = ROUND_SECONDS - (time.monotonic() - started_at - gone)
                    await asyncio.sleep(max(0.0, min(rest, seconds - gone)))
                    if hunting.done():
                        hunting.result()
        finally:
            hunting.cancel()
            await asyncio.gather(hunting, return_exceptions=True)
        scene = self.script.scene(1.0, scene)
        await asyncio.to_thread(_set_clock, self.sandbox_url, scene.hour)
        return scene.counters

    async def _drain(self) -> None:
        """Until every post was asked about once more. Raises CommandFailed when it never is."""
        connection = await asyncpg.connect(**connection_parameters(self.database_url))
        try:
            since = await connection.fetchval("SELECT now()")
            await connection.execute(CLOSED)
            await connection.execute(DUE)
            deadline = time.monotonic() + DRAIN_SECONDS
            with progress("working off") as report:
                while behind := await connection.fetchval(BEHIND, since):
                    posts = len(self.script.names)
                    report(posts - behind, posts)
                    self.supervisor.must_run()
                    if time.monotonic() > deadline:
                        raise CommandFailed(f"{behind} posts were not asked about any more")
                    await asyncio.sleep(0.5)
        finally:
            await connection.close()

    async def _judge(self, made: world.World, victims: Victims, pushing: Pushing) -> Result:
        differing = await judging.differing_figures(ZONE)
        for each in differing[:10]:
            say(each)
        by_pull, by_push = await judging.totals(made)
        keys = by_pull.keys() | by_push.keys()
        unequal = [key for key in keys if by_pull.get(key) != by_push.get(key)]
        for key in unequal[:10]:
            say(f"{key}: {by_pull.get(key)} by pull, {by_push.get(key)} by push")
        return Result(
            seed=self.seed,
            minutes=self.minutes,
            killed=dict(victims.killed),
            pushes=pushing.pushes,
            attempts=pushing.attempts,
            acknowledged=len(pushing.acknowledged),
            observations=await judging.counted(),
            lost=await judging.lost(pushing.acknowledged),
            unrecorded=await judging.unrecorded(),
            differing=len(differing),
            compared=len(keys),
            unequal=len(unequal),
        )


def _set_clock(sandbox_url: str, hour: int) -> None:
    body = json.dumps({"hour": hour_text(hour)}).encode()
    request = urllib.request.Request(f"{sandbox_url}/clock", data=body, method="PUT")
    with urllib.request.urlopen(request, timeout=10):
        pass
