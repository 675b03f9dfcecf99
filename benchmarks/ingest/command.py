"""`./xinfeng bench ingest`: pulling, recording and pushes beside the bare way to do the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from benchmarks import database
from benchmarks.cores import available, move, on
from benchmarks.ingest import processes, world
from benchmarks.ingest.pulling import Place, Pulled, compare, share
from benchmarks.ingest.pushing import ITEMS, push
from benchmarks.ingest.recording import Recorded
from benchmarks.ingest.recording import compare as compare_recording
from benchmarks.ingest.report import Found, show
from benchmarks.ingest.working import work
from benchmarks.stand import free_port, postmaster
from commands.failures import CommandFailed
from commands.runtime import Json, say
from commands.supervisor import Supervisor
from settings import load_settings

Positive = Annotated[int, Parameter(validator=Number(gte=1))]
BATCHES = (100, 20, 1)
"""Posts in a request: Weibo's, Mastodon's, Bilibili's."""
RECORDED_ROWS = (400, 10_000, ITEMS)
RECORDED_ROUNDS = 9
REMEMBERED = 1000
"""By the sandbox; what two workers asked is counted there."""


def ingest(
    *,
    accounts: Positive = 40,
    posts: Annotated[int, Parameter(validator=Number(gte=1, lte=4000))] = 500,
    flights: Positive = 4,
    rounds: Positive = 3,
    as_json: Json = False,
) -> None:
    """Measure pulling, recording and pushes beside the bare way to do the same, in one run.

    Pulling: every account once from a sandbox that answers at once, beside an aiohttp loop that
    makes the same requests and throws the answers away, with requests about 100 posts, 20 and one.
    Then one real worker process, and two that share the accounts. Recording: beside INSERT …
    SELECT unnest of the same rows. Pushes of 500 items: to the real server. The database is made
    anew, in a PostgreSQL of its own unless DATABASE_URL names one.

    Parameters
    ----------
    accounts
        How many accounts are pulled; fewer where requests are about less than 100 posts.
    posts
        How many posts each has.
    flights
        Accounts, bare requests or pushes under way at once.
    rounds
        How often each has its turn; medians are shown.
    as_json
        Figures and verdicts as one JSON object.
    """
    if accounts * -(-posts // BATCHES[0]) > REMEMBERED:
        raise CommandFailed(f"the sandbox remembers {REMEMBERED:,} requests: choose fewer accounts")
    found = _measure(accounts, posts, flights, rounds)
    if as_json:
        print(json.dumps(found.as_json(), indent=2))
    else:
        show(found)


def _measure(accounts: int, posts: int, flights: int, rounds: int) -> Found:
    settings, cores = load_settings(), available()
    directory = database.directory(settings) / "ingest"
    supervisor = Supervisor(say)
    with database.server(settings, say, grows=True) as server_url:
        say("making the database")
        url = asyncio.run(world.make(server_url, accounts + flights, posts))
        move(asyncio.run(postmaster(url)), cores.database)
        place = Place(url, cores, accounts, posts, flights)
        try:
            with _sandbox(place, supervisor, directory) as told:
                pulled = _pulled(place, told, rounds)
            say("one worker")
            with _sandbox(place, supervisor, directory) as told:
                worked = work(place, told, supervisor, directory)
            say("two workers")
            with _sandbox(place, supervisor, directory) as told:
                shared = share(place, told, supervisor, directory)
            say("recording")
            with on(cores.server):
                recorded = _recorded(url)
            say("pushes")
            return Found(pulled, worked, shared, recorded, push(place, supervisor, directory))
        finally:
            supervisor.stop()


@contextmanager
def _sandbox(place: Place, supervisor: Supervisor, directory: Path) -> Iterator[str]:
    with on(place.cores.database), processes.sandbox(supervisor, free_port(), directory) as told:
        yield told


def _pulled(place: Place, sandbox_url: str, rounds: int) -> list[Pulled]:
    found = []
    for batch in BATCHES:
        say(f"pulling {batch} posts a request")
        found.append(compare(place.asking(batch), sandbox_url, rounds))
    return found


def _recorded(url: str) -> list[Recorded]:
    return [asyncio.run(compare_recording(url, rows, RECORDED_ROUNDS)) for rows in RECORDED_ROWS]
