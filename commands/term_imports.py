"""Lists of words and leaders from a spreadsheet, for the checks of reviews."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from commands.export_files import BYTE_ORDER_MARK, whole_file
from commands.failures import CommandFailed
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.ids import parse_id
from domain.imports.tables import read_table
from domain.problems import Invalid
from domain.reviews.actions import terms as actions
from domain.reviews.checks.term_lists import Listed, Rejected, listed

MOST_BYTES = 16 * 2**20
SHOWN = 20


def terms(
    file: Path,
    *,
    organization: str = "",
    preview: Annotated[bool, Parameter(negative=())] = False,
    rejects: Path | None = None,
    encoding: str = "",
    as_json: Json = False,
) -> None:
    """Take words and leaders from a CSV file or an XLSX workbook.

    Its columns are kind 类别 (SENSITIVE 敏感, INCORRECT 错误, LEADER 领导), word 词语 or 姓名, and
    suggestion 建议 or 职务. The same list again changes nothing; another suggestion takes the place
    of the old one; what the list no longer has stays. Exit 1 when rows were rejected.

    Parameters
    ----------
    file
        The list.
    organization
        For which, with all below it, like Organization:7; the whole network when it is not said.
    preview
        Show the first rows as they are understood, and what would become of all; store nothing.
    rejects
        Where to write rejected rows; beside the file, when it is not said.
    encoding
        The CSV file's, when it is not found out rightly.
    as_json
        What became of the list, as an object.
    """
    found, rejected = _read(file, encoding)
    if preview and not as_json:
        _show(found)
    with running() as settings:
        place = (
            parse_id(organization, "Organization", path=("organization",))[1]
            if organization
            else None
        )
        act, given = Act(SYSTEM, datetime.now(UTC)), [each.term for each in found]
        work = actions.take(act, given, place, dry_run=preview)
        taken = on_database(settings.database_url, work)
    if as_json:
        wrong = [{"row": each.row, "code": each.code} for each in rejected]
        print(json.dumps({**asdict(taken), "rejected": wrong}))
    would = "would be " if preview else ""
    say(
        f"{taken.added:,} {would}added, {taken.changed:,} {would}changed, {taken.known:,} known,"
        f" {len(rejected):,} rejected"
    )
    _conclude(rejected, file, rejects, preview)


def _read(file: Path, encoding: str) -> tuple[list[Listed], list[Rejected]]:
    if not file.is_file():
        raise CommandFailed(f"there is no file {file}")
    if file.stat().st_size > MOST_BYTES:
        raise CommandFailed(f"{file} has more than {MOST_BYTES:,} bytes")
    try:
        return listed(read_table(file.read_bytes(), encoding=encoding))
    except Invalid as problem:
        raise CommandFailed(f"{file}: {problem.message}") from None


def _show(found: Sequence[Listed]) -> None:
    """To the person at the terminal."""
    table = Table("row", "kind", "word", "suggestion")
    for each in found[:SHOWN]:
        term = each.term
        table.add_row(str(each.row), term.kind.value, term.word, term.suggestion)
    Console(stderr=True).print(table)


def _conclude(
    rejected: Sequence[Rejected], file: Path, rejects: Path | None, is_preview: bool
) -> None:
    if not rejected:
        return
    if is_preview:
        first = rejected[0]
        raise CommandFailed(f"row {first.row} is the first at fault: {first.message}")
    path = rejects or file.with_name(f"{file.stem}.rejects.csv")
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as opened:
        opened.write(BYTE_ORDER_MARK)
        writer = csv.writer(opened)
        writer.writerow(["row", "code", "message"])
        for each in rejected:
            writer.writerow([each.row, each.code, each.message, *each.cells])
    raise CommandFailed(f"the rejected rows stand in {path}, with the reason of each")
