"""`./xinfeng bench reads`: the real server beside what it is compared with, all in one run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import database, several
from benchmarks.compiling import compiled, sized_documents
from benchmarks.cores import available
from benchmarks.figures import Figures
from benchmarks.judging import Measured, judge
from benchmarks.memory import extra_megabytes
from benchmarks.reports import as_json, show
from benchmarks.rounds import SERVER, Contest, Options, Told, contest, fetch, medians
from benchmarks.stand import Stand, stand
from benchmarks.statements import Statement, packed
from benchmarks.workloads import NAMES, Workload, find_place, statement, workloads
from commands.failures import CommandFailed
from commands.runtime import say
from domain.reader import open_reader
from schema.execution.engine import Engine
from schema.root import build
from settings import Settings, load_settings

MIXED = "W7"
SECOND = "2P"
CHOICES = (*NAMES, SECOND)
COLD_SAMPLES = 20

Positive = Annotated[int, Parameter(validator=Number(gte=1))]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one call measures. names: of workloads, 2P: what a second process adds."""

    names: tuple[str, ...]
    articles: int
    options: Options


def reads(
    *names: str,
    seconds: Annotated[float, Parameter(validator=Number(gt=0, lte=60))] = 3.0,
    rounds: Positive = 3,
    connections: Positive = 32,
    articles: Annotated[int, Parameter(validator=Number(gte=1_000))] = 50_000,
    json_file: Annotated[Path | None, Parameter(name="--json")] = None,
) -> None:
    """Measure the read path beside the bare statement, bare routes and a stock GraphQL server.

    The sized database is made once, in a PostgreSQL of its own unless DATABASE_URL names one.

    Parameters
    ----------
    names
        Which workloads: W1 W1p W2 W3 W4 W5 W5m W6 W7, and 2P for what a second process adds. All
        by default.
    seconds
        How long each run counts, after a warm-up of a third of it.
    rounds
        How often everybody has a turn; medians are shown.
    connections
        How many requests are under way at once.
    articles
        The size of the database: each article has three posts.
    json_file
        A file to write all figures to.
    """
    settings = load_settings()
    options = Options(seconds, rounds, connections, settings.database_pool_size)
    asked = Asked(_known(names) or CHOICES, articles, options)
    cores = available()
    with database.server(settings, say) as server_url:
        url = _sized(server_url, articles)
        with stand(url, database.directory(settings) / "run", cores, say) as made:
            measured = _measure(made, asked, settings)
    verdicts = judge(measured)
    show(measured, verdicts, cores, asked.options)
    if json_file is not None:
        content = as_json(measured, verdicts, cores, asked.options)
        json_file.write_text(json.dumps(content, indent=2) + "\n")
        say(f"written to {json_file}")


def _known(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in CHOICES:
            raise CommandFailed(f"there is no workload {name}: choose from {' '.join(CHOICES)}")
    return tuple(names)


def _sized(server_url: str, articles: int) -> str:
    with _progress() as (told, total):

        def report(what: str, done: int, steps: int) -> None:
            total(steps, done)
            told(f"making the database · {what}")

        return database.make(server_url, articles, report)


def _measure(made: Stand, asked: Asked, settings: Settings) -> Measured:
    engine = Engine(build(), zone=settings.time_zone)
    every, statements = asyncio.run(_prepared(engine, made.database_url, asked.articles))
    chosen = {name: every[name] for name in asked.names if name in every}
    (made.directory / "statements").write_text(packed(statements))
    with _progress() as (told, total):
        loads = several.loads(mixed=MIXED in asked.names, second=SECOND in asked.names)
        total(_turns(chosen, asked.options, len(loads)), 0)
        runs = _contest(made, asked.options, chosen, every, statements, told)
        many = several.measure(made, asked.options, every, loads, told) if loads else {}
        extra = extra_megabytes(made, every["W1"], chosen["W4"]) if "W4" in chosen else None
    _, document = next(sized_documents())
    cold = compiled(
        engine.schema, "feed (W1)", document, samples=COLD_SAMPLES, zone=settings.time_zone
    )
    return Measured(runs, many, extra, cold)


async def _prepared(
    engine: Engine, url: str, articles: int
) -> tuple[dict[str, Workload], dict[str, Statement]]:
    async with open_reader(url, size=1, timeout_seconds=60.0) as reader:
        found = workloads(await find_place(engine, reader, articles))
    return found, {name: statement(engine, workload) for name, workload in found.items()}


def _turns(chosen: dict[str, Workload], options: Options, loads: int) -> int:
    turns = sum(2 if workload.shared else 5 for workload in chosen.values())
    return options.rounds * (turns + loads * 2)


def _contest(
    made: Stand,
    options: Options,
    chosen: dict[str, Workload],
    every: dict[str, Workload],
    statements: dict[str, Statement],
    told: Told,
) -> dict[str, dict[str, Figures]]:
    if not chosen:
        return {}
    server = made.serve()
    for name, workload in every.items():
        (made.directory / f"{name}.json").write_bytes(fetch(server, workload))
    servers = {
        SERVER: server,
        "bare": made.compare("bare", "benchmarks.bare"),
        "stock": made.compare("stock", "benchmarks.stock.main"),
    }
    everybody = Contest(made, options, servers, statements)
    for workload in chosen.values():
        everybody.check(workload)
    runs = contest(everybody, chosen.values(), told)
    for each in servers.values():
        made.stop(each)
    return medians(runs)


@contextmanager
def _progress() -> Iterator[tuple[Told, Callable[[int, int], None]]]:
    """Tells of each step begun; and takes how many there are, and how many are done."""
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, what="", completed=-1)

        def told(what: str) -> None:
            bar.update(task, advance=1, what=what)

        def total(steps: int, done: int) -> None:
            bar.update(task, total=steps, completed=done - 1)

        yield told, total
