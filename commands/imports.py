"""Figures from files: read, shown as they are understood, and taken."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table as RichTable

from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.ids import parse_id
from domain.imports.actions import File, Result, import_file, open_file
from domain.imports.rows import Reading
from domain.imports.shown import shown_rows, told
from domain.imports.values import moment_of, text_of
from domain.partners.rules import Platform
from domain.problems import Invalid

MOST_BYTES = 256 * 2**20
Map = Annotated[list[str] | None, Parameter(name="--map", negative=())]


def engagement(
    file: Path,
    *,
    partner: str,
    platform: Platform | None = None,
    account: str = "",
    told_map: Map = None,
    observed_at: str = "",
    daily: bool = False,
    register_posts: bool = False,
    reason: str = "",
    definition: str = "",
    sheet: str = "",
    encoding: str = "",
    preview: bool = False,
    rejects: Path | None = None,
    as_json: Json = False,
) -> None:
    """Read a platform's figures from a CSV file or an XLSX workbook into the ledger.

    The same file twice counts once; whoever is stopped in the middle starts the same again, and
    it goes on. Exit 1 when rows were rejected: they stand in a file of their own, with reasons.

    Parameters
    ----------
    file
        The file: CSV (UTF-8, GB18030, UTF-16) or XLSX.
    partner
        Whose figures these are, like Partner:7.
    platform
        Where the posts stand, when no column says so.
    account
        On which account (its id or handle), where the partner has several there.
    told_map
        What a column says, when its header is not understood: HEADER=FIELD; HEADER= leaves it out.
    observed_at
        When the figures were so, when no column says it.
    daily
        The figures are of their day only, not up to it.
    register_posts
        Register posts nobody knows yet, by their address.
    reason
        Why settled figures change, when no column says so.
    definition
        What exactly is counted, e.g. "kuaishou.play/2026".
    sheet
        The workbook's sheet; the first one when it is not said.
    encoding
        The CSV file's, when it is not found out rightly.
    preview
        Show the first rows as they are understood, and what would become of all; store nothing.
    rejects
        Where to write rejected rows; beside the file, when it is not said.
    as_json
        What became of the file, as an object.
    """
    with running() as settings:
        reading = Reading(
            zone=settings.zone,
            platform=platform,
            account=account,
            observed_at=_moment(observed_at, settings.zone),
            is_daily=daily,
            reason=reason,
            definition=definition or None,
        )
        opened = open_file(
            _content(file),
            reading,
            partner_id=parse_id(partner, "Partner", path=("partner",))[1],
            told=told_map or [],
            registers_posts=register_posts,
            sheet=sheet,
            encoding=encoding,
        )
        act = Act(SYSTEM, datetime.now(UTC))
        if preview and not as_json:
            _show(opened, act.now)
        with progress("checking" if preview else "importing") as report:
            work = import_file(
                act,
                opened,
                open_days=settings.push_open_days,
                dry_run=preview,
                report=report,
            )
            result = on_database(settings.database_url, work)
    if as_json:
        print(json.dumps(told(result, first_rows(opened, act.now)), ensure_ascii=False, indent=2))
    _conclude(result, file, rejects, preview)


def first_rows(file: File, now: datetime) -> list[dict[str, Any]]:
    return shown_rows(file, now=now)


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise CommandFailed(f"there is no file {file}")
    if file.stat().st_size > MOST_BYTES:
        raise CommandFailed(f"{file} has more than {MOST_BYTES:,} bytes: split it")
    return file.read_bytes()


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = moment_of(text, zone)
    except Invalid as problem:
        raise CommandFailed(f"--observed-at: {problem.message}") from None
    return found.at if found else None


def _show(file: File, now: datetime) -> None:
    """To the person at the terminal: what each column is taken for, and the first rows."""
    console = Console(stderr=True)
    for field, at in file.columns.places.items():
        console.print(f"{file.table.headers[at]} → {field.value}", highlight=False)
    if file.columns.unused:
        console.print(f"not used: {', '.join(file.columns.unused)}", highlight=False)
    table = RichTable("row", "post", "figure", "value", "when", "problem")
    for row in shown_rows(file, now=now):
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


def _conclude(result: Result, file: Path, rejects: Path | None, is_preview: bool) -> None:
    would = "would be " if is_preview else ""
    known = (
        f", {result.known} of {result.portions} portions were in already" if result.known else ""
    )
    say(
        f"{result.rows:,} rows: {result.accepted:,} figures {would}accepted, "
        f"{result.duplicates:,} known, {result.restated:,} restated, "
        f"{len(result.rejected):,} rejected; {result.registered:,} posts {would}registered{known}"
    )
    if not result.rejected:
        return
    if is_preview:
        first = result.rejected[0]
        raise CommandFailed(f"row {first.row.number} is the first at fault: {first.message}")
    path = rejects or file.with_name(f"{file.stem}.rejects.csv")
    _write(path, result)
    raise CommandFailed(f"the rejected rows stand in {path}, with the reason of each")


def _write(path: Path, result: Result) -> None:
    """With a mark at its start, so that a spreadsheet reads it as UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["row", "code", "message"])
        for entry in result.rejected:
            cells = [text_of(cell) for cell in entry.row.cells]
            writer.writerow([entry.row.number, entry.code, entry.message, *cells])
