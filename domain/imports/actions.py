"""A file's figures into the ledger, a portion at a time, each of them a delivery.

A portion's webhook-id is made of the file's content, how it is read, and the portion's place. So
one that is in already is answered as before and counts nothing: whoever is killed in the middle
starts the same again, and whoever starts the same twice changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tortoise.connection import get_connection

from domain.access import Act
from domain.deliveries.actions import receive
from domain.deliveries.push import Push
from domain.deliveries.rules import MOST_ITEMS, PushedItem, WrongItem
from domain.engagement.rules import Source
from domain.gates import forbidden, require_at
from domain.imports.columns import METRICS, Columns, find_columns, read_map
from domain.imports.rows import Reading, items_of
from domain.imports.tables import Row, Table, read_table
from domain.partners.models import Partner
from domain.permissions import Permission, places
from domain.problems import NotFound

ROWS = MOST_ITEMS // len(METRICS)
"""A portion: a row has a figure of each metric at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was read, and how its rows are to be understood.

    partner_id: whose posts it speaks of. fingerprint: of content and reading.
    """

    table: Table
    columns: Columns
    reading: Reading
    partner_id: int
    registers_posts: bool
    fingerprint: str

    def portions(self) -> Iterator[list[Row]]:
        for start in range(0, len(self.table.rows), ROWS):
            yield self.table.rows[start : start + ROWS]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or one figure of it, that was not taken. cells: as they stand in the file."""

    row: Row
    code: str
    message: str


@dataclass(slots=True)
class Result:
    """What became of a file. known: portions that were in already."""

    rows: int
    columns: Columns
    accepted: int = 0
    duplicates: int = 0
    restated: int = 0
    registered: int = 0
    portions: int = 0
    known: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def open_file(
    content: bytes,
    reading: Reading,
    *,
    partner_id: int,
    told: list[str],
    registers_posts: bool = False,
    sheet: str = "",
    encoding: str = "",
) -> File:
    """told: "header=FIELD" for columns whose headers do not say what they are. Raises Invalid."""
    table = read_table(content, sheet=sheet, encoding=encoding)
    columns = find_columns(table.headers, read_map(told))
    said = [reading, partner_id, sorted(told), registers_posts, sheet, encoding]
    digest = hashlib.sha256(content + repr(said).encode())
    return File(
        table=table,
        columns=columns,
        reading=reading,
        partner_id=partner_id,
        registers_posts=registers_posts,
        fingerprint=digest.hexdigest(),
    )


async def import_file(
    act: Act,
    file: File,
    *,
    open_days: int,
    dry_run: bool = False,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Result:
    """Every portion is in the database before the next one begins; a dry run leaves nothing.

    report: is told how many rows of how many are done. Raises Forbidden and NotFound.
    """
    await _check_own(act, file.partner_id)
    result = Result(len(file.table.rows), file.columns)
    done = 0
    report(done, result.rows)
    for place, rows in enumerate(file.portions()):
        await _import(act, file, place, rows, result, open_days, dry_run)
        done += len(rows)
        report(done, result.rows)
    return result


async def _check_own(act: Act, partner_id: int) -> None:
    if not places(act.viewer, Permission.IMPORT_ENGAGEMENT):
        raise forbidden(Permission.IMPORT_ENGAGEMENT)
    partner = await Partner.get_or_none(id=partner_id)
    if partner is None:
        raise NotFound("there is no such partner", path=("partner",))
    client = get_connection("default")
    home = partner.organization_id
    await require_at(client, act, Permission.IMPORT_ENGAGEMENT, home, "partner")


async def _import(
    act: Act,
    file: File,
    place: int,
    rows: list[Row],
    result: Result,
    open_days: int,
    dry_run: bool,
) -> None:
    items: list[PushedItem | WrongItem] = []
    row_of: list[Row] = []
    for row in rows:
        made = items_of(row, file.columns, file.reading, now=act.now)
        items += made
        row_of += [row] * len(made)
    name = f"file-{file.fingerprint}-{place}"
    push = Push(
        partner_id=file.partner_id,
        webhook_id=name,
        payload_sha256=hashlib.sha256(name.encode()).digest(),
        sent_at=act.now,
        items=items,
        open_days=open_days,
        dry_run=dry_run,
        upserts_posts=file.registers_posts,
        source=Source.CSV,
    )
    receipt = await receive(act, push)
    result.portions += 1
    result.known += receipt.replayed
    _add(result, receipt.answer, row_of)


def _add(result: Result, answer: dict[str, Any], row_of: list[Row]) -> None:
    result.accepted += answer["accepted"]
    result.duplicates += answer["duplicates"]
    result.restated += answer.get("restated", 0)
    result.registered += len(answer.get("registered", ()))
    result.rejected += [
        Rejected(row_of[entry["index"]], entry["code"], entry["message"])
        for entry in answer["rejected"]
    ]
