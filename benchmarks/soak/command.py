"""`./xinfeng bench soak`: hostile and ordinary visitors together, for as long as it is told."""

from __future__ import annotations

import asyncio
import json
import math
import random
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from benchmarks import database
from benchmarks.cores import Cores
from benchmarks.judging import Verdict
from benchmarks.meters import resident_bytes
from benchmarks.reports import show_soak
from benchmarks.soak.hostile import ATTACKS
from benchmarks.soak.judging import Seen, judge
from benchmarks.soak.ordinary import ARTICLES, VISITS, Visit
from benchmarks.soak.wire import CLOSED, SILENT, Client, Outcome, request
from benchmarks.stand import Server, stand
from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, say
from settings import load_settings

SAMPLES_PER_SECOND = 1.0
LONGEST_SECONDS = 90.0
"""Of one visit: longer than any that waits on purpose."""


def soak(
    *,
    minutes: Annotated[float, Parameter(validator=Number(gt=0, lte=1440))] = 10.0,
    ordinary: Annotated[int, Parameter(validator=Number(gte=1, lte=200))] = 8,
    hostile: Annotated[int, Parameter(validator=Number(gte=0, lte=200))] = 16,
    seed: int | None = None,
    as_json: Json = False,
) -> None:
    """Let ordinary and hostile visitors at one server together, and watch it.

    Exit 1 when ordinary visits fail or are often told to come again, when anything makes the server
    fail or keeps /livez waiting, or when its memory goes on growing.

    Parameters
    ----------
    minutes
        How long.
    ordinary
        How many ordinary visitors there are at once.
    hostile
        How many hostile ones.
    seed
        Decides who does what and when; a new one each time, which is told.
    as_json
        What was seen as one JSON object.
    """
    settings = load_settings()
    chosen = secrets.randbelow(10**6) if seed is None else seed
    say(f"seed {chosen}")
    with (
        database.server(settings, say, grows=True) as server_url,
        progress("making the database") as report,
    ):
        url = asyncio.run(
            database.sized_database(server_url, ARTICLES, lambda _, done, of: report(done, of))
        )
        with stand(url, database.directory(settings) / "soak", Cores(), say) as place:
            crowd = Crowd(place.serve(), minutes * 60, chosen, ordinary, hostile)
            seen = asyncio.run(crowd.whole())
    verdicts = judge(seen)
    if as_json:
        print(json.dumps(_as_json(seen, verdicts, chosen), indent=2))
    else:
        show_soak(seen, verdicts)
    if not all(verdict.is_met for verdict in verdicts):
        raise CommandFailed("the server did not stand it; the seed tells how to do it again")


@dataclass(frozen=True, slots=True)
class Crowd:
    server: Server
    seconds: float
    seed: int
    ordinary: int
    hostile: int
    seen: Seen = field(default_factory=Seen)

    async def whole(self) -> Seen:
        """Each visitor has an address of its own, the ordinary ones in another network."""
        chance = random.Random(self.seed)
        visitors = [
            self._visit(VISITS, self.seen.ordinary, f"127.1.{number}.1", chance.getrandbits(64))
            for number in range(self.ordinary)
        ] + [
            self._visit(ATTACKS, self.seen.hostile, f"127.2.{number}.1", chance.getrandbits(64))
            for number in range(self.hostile)
        ]
        tasks = [asyncio.create_task(visitor) for visitor in visitors]
        try:
            await self._watch(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self.seen

    async def _visit(
        self,
        visits: Mapping[str, Visit],
        outcomes: Counter[tuple[str, Outcome]],
        address: str,
        seed: int,
    ) -> None:
        client, chance = Client(self.server.port, address), random.Random(seed)
        while True:
            name = chance.choice(list(visits))
            outcomes[name, await _outcome(visits[name], client, chance)] += 1
            await asyncio.sleep(chance.uniform(0, 0.1))

    async def _watch(self, tasks: list[asyncio.Task[None]]) -> None:
        """Samples until the time is over; a visitor that ends has an error of ours."""
        watcher = Client(self.server.port, "127.0.0.1")
        ends_at = time.monotonic() + self.seconds
        with progress("soaking") as report:
            while (left := ends_at - time.monotonic()) > 0:
                report(round(self.seconds - left), round(self.seconds))
                for task in tasks:
                    if task.done():
                        task.result()
                self.seen.resident.append(resident_bytes(self.server.pid))
                self.seen.health.append(await _health(watcher))
                await asyncio.sleep(min(left, 1 / SAMPLES_PER_SECOND))


async def _outcome(visit: Visit, client: Client, chance: random.Random) -> Outcome:
    with suppress(OSError, asyncio.IncompleteReadError):
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await visit(client, chance)
        except TimeoutError:
            return SILENT
    return CLOSED


async def _health(client: Client) -> float:
    started = time.monotonic()
    outcome = await client.ask(request("GET", "/livez"))
    return time.monotonic() - started if outcome == "200" else math.inf


def _as_json(seen: Seen, verdicts: list[Verdict], seed: int) -> dict[str, object]:
    return {
        "seed": seed,
        "ordinary": _counts(seen.ordinary),
        "hostile": _counts(seen.hostile),
        "peak_megabytes": round(max(seen.resident) / 1e6, 1),
        "verdicts": [verdict.as_json() for verdict in verdicts],
    }


def _counts(outcomes: Counter[tuple[str, Outcome]]) -> dict[str, dict[str, int]]:
    told: dict[str, dict[str, int]] = {}
    for (name, outcome), number in sorted(outcomes.items()):
        told.setdefault(name, {})[outcome] = number
    return told
