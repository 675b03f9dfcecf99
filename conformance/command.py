"""`./xinfeng conformance`: real clients against the real server."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from commands.fresh_database import create
from commands.local_postgres import local_postgres
from commands.progress import progress
from commands.runtime import Json, say
from conformance.node import Node, find_node
from conformance.packages import prepare
from conformance.stand import stand
from conformance.suites import SUITES, Outcome, Suite, details, run_suite
from settings import load_settings

Name = Literal["audits", "apollo", "urql", "relay", "codegen", "graphql-ws", "graphql-sse", "gql"]


def conformance(
    *,
    only: Annotated[tuple[Name, ...], Parameter(negative=())] = (),
    as_json: Json = False,
) -> int:
    """Try real GraphQL clients against the real server, on a database made for it.

    Node.js is installed with pip where there is none that is new enough, and the clients' packages
    with npm, once, into the data directory. Exit 1 when a check fails.

    Parameters
    ----------
    only
        These suites only; may be given several times.
    as_json
        Every check as one JSON object.
    """
    settings = load_settings()
    directory = settings.data_dir / "conformance"
    node = find_node(directory / "node", say)
    prepare(directory / "clients", node, say)
    chosen = [suite for suite in SUITES if not only or suite.name in only]
    with local_postgres(directory, report=say) as database:
        outcomes = asyncio.run(_run(chosen, node, directory, database.url))
    if as_json:
        print(json.dumps([details(one) for one in outcomes], ensure_ascii=False, indent=2))
    else:
        _show(outcomes)
    return 1 if any(outcome.failures for outcome in outcomes) else 0


async def _run(suites: list[Suite], node: Node, directory: Path, server_url: str) -> list[Outcome]:
    url = await create(server_url, f"conformance_{os.getpid()}")
    outcomes = []
    async with stand(url, directory, say) as standing:
        with progress("suites") as report:
            for done, suite in enumerate(suites):
                report(done, len(suites))
                outcomes.append(
                    await run_suite(suite, node, directory / "clients", standing.environment)
                )
            report(len(suites), len(suites))
    return outcomes


def _show(outcomes: list[Outcome]) -> None:
    """A row for each suite, then what failed and why."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("suite", "what it is", "passed", "seconds"):
        table.add_column(column, justify="right" if column in ("passed", "seconds") else "left")
    for one in outcomes:
        passed = f"{len(one.checks) - len(one.failures)} of {len(one.checks)}"
        table.add_row(one.suite.name, one.suite.what, passed, f"{one.seconds:.1f}")
    console = Console()
    console.print(table)
    for one in outcomes:
        for check in one.failures:
            console.print(Text(f"{one.suite.name}: {check.name}", style="bold"))
            console.print(Text(check.detail))
    failed = sum(len(one.failures) for one in outcomes)
    total = sum(len(one.checks) for one in outcomes)
    console.print(f"{failed} of {total} checks failed" if failed else f"all {total} checks passed")
