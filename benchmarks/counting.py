"""`./xinfeng bench counting`: record, roll up, rebuild and verify a ledger of a given size."""

from __future__ import annotations

import asyncio
import json
import resource
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console

from benchmarks import database
from benchmarks.ingest import world
from benchmarks.ingest.recording import DEFINITIONS, batch
from benchmarks.meters import cpu_seconds
from benchmarks.stand import postmaster
from commands.failures import CommandFailed
from commands.runtime import Json, say
from domain.database import connection_parameters, open_database, transaction
from domain.engagement.actions.rebuild import rebuild
from domain.engagement.actions.record import record
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.verify import verify
from settings import load_settings

Result = TypeVar("Result")
ACCOUNTS, POSTS = 5, 500
PAIRS = ACCOUNTS * POSTS * len(DEFINITIONS)
ZONE = ZoneInfo("Asia/Shanghai")

# An hour apart, growing, with a fall in every tenth hour.
FILL = """
INSERT INTO observation (post_id, metric, observed_at, value, value_kind, source, bound, finality,
    definition, recorded_at)
SELECT p.id, m.metric, $1::timestamptz - h * interval '1 hour',
    1000000 - 100 * h + CASE WHEN h % 10 = 0 THEN 150 ELSE 0 END, 'CUMULATIVE', 'PULL', 'EXACT',
    'FINAL', m.definition, $1
FROM post p CROSS JOIN unnest($2::text[], $3::text[]) AS m (metric, definition)
CROSS JOIN generate_series(2, $4::int) h
"""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and of a processor: this process's and PostgreSQL's."""

    seconds: float
    own_cpu: float
    database_cpu: float


@dataclass(frozen=True, slots=True)
class Counting:
    """again_*: of a second word for each of the same pairs. megabytes: at its largest."""

    pairs: int
    record: Took
    roll_up: Took
    again_record: Took
    again_roll_up: Took
    observations: int
    rebuild: Took
    verify: Took
    differences: int
    megabytes: int


def counting(
    *,
    observations: Annotated[int, Parameter(validator=Number(gte=2 * PAIRS))] = 1_000_000,
    as_json: Json = False,
) -> None:
    """Measure what counting costs: record and roll up 10,000 observations, then verify a ledger.

    2,500 posts with four metrics each. The database is made anew, in a PostgreSQL of its own
    unless DATABASE_URL names one.

    Parameters
    ----------
    observations
        How many there are when everything is rebuilt and verified.
    as_json
        Figures as one JSON object.
    """
    with database.server(load_settings(), say) as server_url:
        say("making the database")
        url = asyncio.run(world.make(server_url, ACCOUNTS, POSTS))
        found = asyncio.run(_measure(url, observations))
    if as_json:
        print(json.dumps(asdict(found), indent=2))
    else:
        _show(found)
    if found.differences:
        raise CommandFailed(f"{found.differences} figures differ from what the observations say")


async def _measure(url: str, observations: int) -> Counting:
    now, server = datetime.now(UTC), await postmaster(url)
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        posts = [row["id"] for row in await connection.fetch("SELECT id FROM post ORDER BY id")]
        async with open_database(url):
            await roll_up_all(zone=ZONE)
            first = await _news(server, posts, now - timedelta(hours=1))
            second = await _news(server, posts, now)
            say(f"filling up to {observations:,} observations")
            hours = observations // PAIRS
            metrics = [metric.value for metric in DEFINITIONS]
            await connection.execute(FILL, now, metrics, list(DEFINITIONS.values()), hours - 1)
            await connection.execute("VACUUM (ANALYZE) observation")
            there = await connection.fetchval("SELECT count(*) FROM observation")
            rebuilt, _ = await _timed(server, rebuild(zone=ZONE, report=_silent))
            verified, differences = await _timed(server, verify(zone=ZONE, report=_silent))
    finally:
        await connection.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Counting(PAIRS, *first, *second, there, rebuilt, verified, len(differences), memory)


async def _news(server: int | None, posts: list[int], moment: datetime) -> tuple[Took, Took]:
    """Recording one word about each pair, and rolling them up."""
    given = batch(posts, PAIRS, moment)

    async def take() -> None:
        async with transaction() as client:
            await record(client, given, now=moment)

    recorded, _ = await _timed(server, take())
    rolled, _ = await _timed(server, roll_up_all(zone=ZONE))
    return recorded, rolled


async def _timed(server: int | None, work: Awaitable[Result]) -> tuple[Took, Result]:
    """server: PostgreSQL's first process; None where it is not to be seen, and uses nothing."""
    database, own, started = cpu_seconds(server), time.process_time(), time.perf_counter()
    result = await work
    spent = (
        time.perf_counter() - started,
        time.process_time() - own,
        cpu_seconds(server) - database,
    )
    return Took(*(round(each, 2) for each in spent)), result


def _silent(done: int, total: int) -> None:
    """Nobody watches; the figures are what counts."""


def _show(found: Counting) -> None:
    pairs = f"{found.pairs:,}"
    lines = (
        (f"record {pairs} observations of {pairs} (post, metric)", found.record),
        ("  roll them up", found.roll_up),
        ("record a second word for each", found.again_record),
        ("  roll them up", found.again_roll_up),
        (f"rebuild {found.observations:,} observations", found.rebuild),
        (f"verify {found.observations:,} observations", found.verify),
    )
    console = Console()
    console.print("seconds, and of CPU: own + PostgreSQL's")
    for what, took in lines:
        cpu = f"{took.own_cpu:5.1f} + {took.database_cpu:5.1f}"
        console.print(f"{what:50}{took.seconds:7.1f}   {cpu}")
    console.print(f"{found.differences} differences, {found.megabytes} MB at most")
