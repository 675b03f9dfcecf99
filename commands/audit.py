"""The audit trail: has it been altered, and a copy of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from commands.export_files import whole_file
from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.audit.chain import Head, read_head
from domain.audit.export import Entry, export_entries
from domain.audit.verify import Verdict
from domain.audit.verify import verify as verify_chain

OUTPUT = Path("-")
Heads = Annotated[list[str] | None, Parameter(name="--head", negative=())]


def verify(*, heads: Heads = None, as_json: Json = False) -> None:
    """Go through the chain of audit entries; exit 1 and name the first that does not fit.

    Prints the head: keep it where nobody who can write to the database can. Given to a later
    run, it shows whether the end was cut off, or everything written anew, since.

    Parameters
    ----------
    heads
        A head printed by an earlier run. May be repeated.
    as_json
        One object: entries, head, fault.
    """
    known = [_head(text) for text in heads or ()]
    with running() as settings, progress("verifying") as report:
        verdict = on_database(settings.database_url, verify_chain(known, report=report))
    print(json.dumps(_shown(verdict), indent=2) if as_json else verdict.head)
    if verdict.fault is not None:
        raise CommandFailed(f"{verdict.fault}; up to {verdict.head.position:,} all is as written")
    say(f"{verdict.head.position:,} entries are what was written")


def export(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Write the audit trail as JSON, one entry a line, in the order of the chain.

    Each line has what was hashed (content), the hash before it and its own (see
    docs/security.md), so that the copy can be verified without the database.

    Parameters
    ----------
    file
        Where to; - is standard output.
    since
        Only what happened then or later, e.g. 2026-03-01T00:00:00+08:00.
    until
        Only what happened before then.
    """
    for moment in (since, until):
        if moment is not None and moment.utcoffset() is None:
            raise CommandFailed(f"{moment.isoformat()} names no zone, e.g. +08:00")
    with running() as settings, progress("exporting") as report, _opened(file) as write:
        work = export_entries(write, since=since, until=until, report=report)
        number = on_database(settings.database_url, work)
    say(f"{number:,} entries" + ("" if file == OUTPUT else f" in {file}"))


def _head(text: str) -> Head:
    try:
        return read_head(text)
    except ValueError as error:
        raise CommandFailed(f"--head: {error}") from None


def _shown(verdict: Verdict) -> dict[str, Any]:
    fault = verdict.fault
    return {
        "entries": verdict.head.position,
        "head": str(verdict.head),
        "fault": fault
        and {
            "kind": fault.kind.value,
            "position": fault.position or None,
            "entry": fault.entry or None,
            "message": str(fault),
        },
    }


@contextmanager
def _opened(file: Path) -> Iterator[Callable[[list[Entry]], None]]:
    if file == OUTPUT:
        yield lambda entries: sys.stdout.writelines(map(_line, entries))
        return
    with whole_file(file) as part, part.open("x", encoding="utf-8") as opened:
        yield lambda entries: opened.writelines(map(_line, entries))


def _line(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False) + "\n"
