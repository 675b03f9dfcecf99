"""`./xinfeng bench ingest`: pulling and recording beside the bare way to do the same."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import database
from benchmarks.cores import available, move, on
from benchmarks.ingest import processes, world
from benchmarks.ingest.pulling import Place, Pulled, Shared, compare, share
from benchmarks.ingest.recording import Recorded
from benchmarks.ingest.recording import compare as compare_recording
from benchmarks.judging import Verdict
from benchmarks.stand import free_port, postmaster
from commands.failures import CommandFailed
from commands.runtime import Json, say
from commands.supervisor import Supervisor
from settings import load_settings

Positive = Annotated[int, Parameter(validator=Number(gte=1))]
PULLED_AT_LEAST, RECORDED_AT_LEAST = 0.6, 0.5
RECORDED_ROWS = (400, 10_000)
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
    """Measure pulling and recording beside the bare way to do the same, in one run.

    Pulling: every account once from a sandbox that answers at once, beside an aiohttp loop that
    makes the same requests and throws the answers away. Recording: beside INSERT … SELECT unnest
    of the same rows. Then two worker processes share the accounts. The database is made anew, in
    a PostgreSQL of its own unless DATABASE_URL names one.

    Parameters
    ----------
    accounts
        How many accounts are pulled.
    posts
        How many posts each has; a request asks about a hundred.
    flights
        Accounts, or bare requests, under way at once.
    rounds
        How often each has its turn; medians are shown.
    as_json
        Figures and verdicts as one JSON object.
    """
    if accounts * -(-posts // world.BATCH) > REMEMBERED:
        raise CommandFailed(f"the sandbox remembers {REMEMBERED:,} requests: choose fewer accounts")
    settings, cores = load_settings(), available()
    directory = database.directory(settings) / "ingest"
    supervisor = Supervisor(say)
    with database.server(settings, say) as server_url:
        say("making the database")
        url = asyncio.run(world.make(server_url, accounts, posts))
        move(asyncio.run(postmaster(url)), cores.database)
        try:
            place = Place(url, cores, accounts, posts, flights)
            with on(cores.database), processes.sandbox(supervisor, free_port(), directory) as told:
                say("pulling")
                pulled = compare(place, told, rounds)
            with on(cores.database), processes.sandbox(supervisor, free_port(), directory) as told:
                say("two workers")
                shared = share(place, told, supervisor, directory)
            say("recording")
            with on(cores.server):
                recorded = [
                    asyncio.run(compare_recording(url, rows, RECORDED_ROUNDS))
                    for rows in RECORDED_ROWS
                ]
        finally:
            supervisor.stop()
    verdicts = judge(pulled, recorded, shared)
    if as_json:
        content = {
            "pulling": asdict(pulled),
            "recording": [asdict(found) for found in recorded],
            "shared": asdict(shared),
            "verdicts": [each.as_json() for each in verdicts],
        }
        print(json.dumps(content, indent=2))
        return
    show(pulled, recorded, shared, verdicts)


def judge(pulled: Pulled, recorded: list[Recorded], shared: Shared) -> list[Verdict]:
    return [
        Verdict("pulling against the bare loop", pulled.ratio, PULLED_AT_LEAST, at_least=True),
        *(
            Verdict(
                f"recording {found.rows:,} against the bare INSERT",
                found.ratio,
                RECORDED_AT_LEAST,
                at_least=True,
            )
            for found in recorded
        ),
        Verdict(
            "requests of two workers against those needed",
            shared.made / shared.needed,
            1.0,
            at_least=False,
        ),
    ]


def show(pulled: Pulled, recorded: list[Recorded], shared: Shared, verdicts: list[Verdict]) -> None:
    figures = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", "per second", "ratio", "CPU µs per observation"):
        figures.add_column(name, justify="left" if not name else "right", no_wrap=True)
    count, observations = pulled.requests, pulled.observations
    figures.add_row(
        "pull, requests",
        f"{count / pulled.seconds:,.0f}",
        f"{pulled.ratio:.2f}",
        f"{pulled.cpu_seconds / observations * 1e6:.1f}",
    )
    figures.add_row("  observations", f"{observations / pulled.seconds:,.0f}")
    figures.add_row(
        "bare loop, requests",
        f"{count / pulled.bare_seconds:,.0f}",
        "1.00",
        f"{pulled.bare_cpu / observations * 1e6:.1f}",
    )
    for found in recorded:
        figures.add_row(
            f"record {found.rows:,}, observations",
            f"{found.rows / found.record_seconds:,.0f}",
            f"{found.ratio:.2f}",
            f"{found.record_cpu / found.rows * 1e6:.1f}",
        )
        figures.add_row(
            f"bare INSERT of {found.rows:,}",
            f"{found.rows / found.bare_seconds:,.0f}",
            "1.00",
            f"{found.bare_cpu / found.rows * 1e6:.1f}",
        )
    console = Console()
    console.print(figures)
    alone = pulled.observations / recorded[0].rows * recorded[0].bare_seconds
    console.print(
        f"pulling took {pulled.seconds:.1f} s, the bare loop {pulled.bare_seconds:.1f} s; the bare"
        f" INSERT of the same {pulled.observations:,} rows, {recorded[0].rows} at a time, would"
        f" take {alone:.1f} s"
    )
    first, second = shared.accounts
    console.print(
        f"two workers: {shared.made} requests of {shared.needed} needed,"
        f" {first} and {second} accounts, {shared.seconds:.1f} s with their start\n"
    )
    for verdict in verdicts:
        wanted = f"{'≥' if verdict.at_least else '≤'} {verdict.wanted:g}"
        met = "met" if verdict.is_met else "missed"
        console.print(f"{verdict.what}: {verdict.measured:.2f}, wanted {wanted}: {met}")
