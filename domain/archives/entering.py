"""Enters what an archive holds, portion by portion, each where the one before ended."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError, OperationalError

from domain.archives.checking import content_of, lines_of
from domain.archives.format import Report, keys_of, member_of
from domain.archives.models import SiteImport
from domain.archives.tables import TABLES, Table
from domain.database import transaction
from domain.media.storage import Storage
from domain.problems import Invalid

ROWS_AT_ONCE = 500
MOST_BYTES = 8 * 2**20
"""Of the rows that one statement enters, as far as a single row is not longer."""

COLUMNS = """
SELECT column_name AS name, column_name = 'id' AND data_type = 'bigint' AS is_number
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'
ORDER BY ordinal_position
"""
ENTER = """
WITH given AS (SELECT $2::timestamptz AS now, $3::bytea AS secret)
INSERT INTO {table} ({columns}) SELECT {values}
FROM given, jsonb_populate_recordset(NULL::{table}, $1::text::jsonb) r
"""
ON = """
SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, FALSE)
FROM {table}
"""
REFUSED = (IntegrityError, OperationalError, asyncpg.PostgresError)


class Entering:
    """One archive on its way in. parts: its tables. site: how far it is. sealed: a secret that
    nobody knows."""

    def __init__(
        self, archive: zipfile.ZipFile, parts: Collection[str], site: SiteImport, sealed: bytes
    ) -> None:
        self._archive, self._parts = archive, parts
        self._site, self._sealed = site, sealed
        self._entered = dict(site.entered)

    async def rows(self, report: Report, of: int) -> None:
        """All that are not in yet; an earlier version had fewer tables. Raises Invalid that names
        the row the database refuses."""
        for table in TABLES:
            if table.name in self._parts:
                await self._enter(table, report, of)

    async def _enter(self, table: Table, report: Report, of: int) -> None:
        behind = self._entered.get(table.name, 0)
        for lines in _portions(islice(lines_of(self._archive, table.name), behind, None)):
            try:
                await self._portion(table, lines)
            except REFUSED:
                for line in lines:
                    await self._single(table, line)
            report(sum(self._entered.values()), of)

    async def _single(self, table: Table, line: bytes) -> None:
        try:
            await self._portion(table, [line])
        except REFUSED as error:
            place = f"row {self._entered.get(table.name, 0) + 1} of {member_of(table.name)}"
            message = f"the database refuses {place}: {_first_line(error)}"
            raise Invalid(message, path=("file",), code="ROW_REFUSED") from error

    async def _portion(self, table: Table, lines: list[bytes]) -> None:
        """These rows, and that they are in: both or neither."""
        count = self._entered.get(table.name, 0) + len(lines)
        async with transaction() as client:
            columns = await client.execute_query_dict(COLUMNS, [table.name])
            rows = f"[{b','.join(lines).decode()}]"
            values = [rows, self._site.started_at, self._sealed]
            await client.execute_query(_statement(table, columns, lines[0]), values)
            if any(column["is_number"] for column in columns):
                await client.execute_query(ON.format(table=table.name))
            await _note(client, self._site.id, {**self._entered, table.name: count})
        self._entered[table.name] = count


async def _note(client: BaseDBAsyncClient, number: int, entered: dict[str, int]) -> None:
    await client.execute_query(
        "UPDATE site_import SET entered = $2::text::jsonb WHERE id = $1",
        [number, json.dumps(entered)],
    )


def _statement(table: Table, columns: list[dict[str, Any]], first: bytes) -> str:
    """The columns that the archive and this version both have, and those that become others."""
    values = {name: f'r."{name}"' for name in json.loads(first)} | dict(table.entered)
    names = [column["name"] for column in columns if column["name"] in values]
    return ENTER.format(
        table=table.name,
        columns=", ".join(f'"{name}"' for name in names),
        values=", ".join(values[name] for name in names),
    )


def _portions(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    portion: list[bytes] = []
    size = 0
    for line in lines:
        if portion and (len(portion) == ROWS_AT_ONCE or size + len(line) > MOST_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(line)
        size += len(line)
    if portion:
        yield portion


def _first_line(error: Exception) -> str:
    return re.split(r"\n", str(error), maxsplit=1)[0]


async def enter_files(
    archive: zipfile.ZipFile, storage: Storage, report: Report, done: int, of: int
) -> None:
    """Before the rows that name them; those that are there already stay as they are."""
    storage.scratch.mkdir(parents=True, exist_ok=True)
    path = storage.scratch / "incoming-archive"
    try:
        for number, key in enumerate(keys_of(archive), done + 1):
            if await storage.look(key) is None:
                with path.open("wb") as into:
                    into.writelines(content_of(archive, key))
                await storage.put(key, path)
            report(number, of)
    finally:
        path.unlink(missing_ok=True)
