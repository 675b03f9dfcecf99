"""`./xinfeng fuzz`: invented documents against the real server, for as long as one likes."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from graphql import build_schema

from commands.fresh_database import create
from commands.local_postgres import local_postgres
from commands.progress import progress
from commands.runtime import Json, say
from conformance.fuzzing import Finding, Target, fuzz, keep
from conformance.packages import SCHEMA
from conformance.stand import stand
from settings import load_settings

ROUND = 200
"""Documents of one seed: enough to find, few enough to do again."""


def fuzz_graph(
    *,
    minutes: Annotated[float, Parameter(validator=Number(gt=0, lte=1440))] = 5.0,
    seed: int | None = None,
    as_json: Json = False,
) -> int:
    """Ask the real server queries and mutations invented from the schema, and judge each answer:
    its status, its errors, every value's type, and that it tells nothing of how things are inside.

    What is wrong is made small, told and written to `fuzz` in the data directory; moved to
    tests/corpus/answers it is asked in every test run. Exit 1 when there was something.

    Parameters
    ----------
    minutes
        How long.
    seed
        Decides which documents; a new one each time, which is told.
    as_json
        What was found as one JSON object.
    """
    directory = load_settings().data_dir / "fuzz"
    first = secrets.randbelow(10**9) if seed is None else seed
    say(f"seed {first}")
    with local_postgres(directory, report=say) as database:
        asked, findings = asyncio.run(_run(directory, database.url, minutes, first))
    if as_json:
        found = [asdict(finding) for finding in findings]
        print(json.dumps({"seed": first, "asked": asked, "findings": found}, ensure_ascii=False))
    else:
        _tell(asked, findings)
    return 1 if findings else 0


async def _run(
    directory: Path, server_url: str, minutes: float, first: int
) -> tuple[int, list[Finding]]:
    url = await create(server_url, f"fuzz_{os.getpid()}")
    schema = build_schema(SCHEMA.read_text("utf-8"))
    async with stand(url, directory, say) as standing:
        target = Target(standing.url, standing.token, schema, standing.facts.ids)
        return await asyncio.to_thread(_rounds, target, directory, minutes, first)


def _rounds(
    target: Target, directory: Path, minutes: float, first: int
) -> tuple[int, list[Finding]]:
    """How many documents were asked, and one finding of each kind."""
    found: dict[str, Finding] = {}
    asked, number = 0, first
    begun, total = time.monotonic(), int(minutes * 60)
    with progress("seconds") as report:

        def tick() -> None:
            nonlocal asked
            asked += 1
            report(min(int(time.monotonic() - begun), total), total)

        while time.monotonic() - begun < total:
            finding = fuzz(target, ROUND, number, tick)
            if finding is not None and finding.kind not in found:
                found[finding.kind] = finding
                path = keep(finding, directory / "findings", str(number))
                say(f"{finding.faults[0]} ({path})")
            number += 1
    return asked, list(found.values())


def _tell(asked: int, findings: list[Finding]) -> None:
    for finding in findings:
        print(f"\n{finding.query}\n(signed in: {finding.signed_in})")
        for fault in finding.faults:
            print(f"  {fault}")
    print(f"{asked:,} documents asked, {len(findings)} findings")
