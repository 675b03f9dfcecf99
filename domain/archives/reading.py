"""Enters a site's archive into a deployment that has nothing of its own yet, number by number."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.archives.tables import (
    FORMAT,
    LONGEST_ROW,
    MANIFEST,
    ROWS_AT_ONCE,
    TABLES,
    VERSION,
    Table,
    file_member,
    member_of,
)
from domain.audit import actions as audit
from domain.changes import change
from domain.media.rules import MOST_BYTES, original_key
from domain.media.storage import Storage
from domain.problems import Conflict, Invalid
from domain.search.actions.rebuild import rebuild

Report = Callable[[int, int], None]
PART_BYTES = 2**20
COLUMNS = """
SELECT column_name AS name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'
"""


async def read_archive(act: Act, path: Path, storage: Storage, report: Report) -> int:
    """All of it or nothing; returns how many rows. By administrators of the whole network. Raises
    Invalid for what is no archive, or one whose files are not what they are called; Conflict where
    there is something already: numbers would meet."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        raise _not_an_archive("it is no ZIP file") from None
    with archive:
        manifest = _manifest(archive)
        await _enter_files(archive, storage, report)
        async with change(act) as client:
            await _check_empty(client)
            counts = {table.name: await _enter(archive, client, table) for table in TABLES}
            if counts != manifest["rows"]:
                raise _not_an_archive("it has not the rows its manifest tells of")
            await audit.record(client, act, "site.import", "", after=counts)
    await rebuild(lambda done, of: None)
    return sum(counts.values())


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        found = json.loads(archive.read(MANIFEST)[:100_000])
        is_known = (found["format"], found["version"]) == (FORMAT, VERSION)
    except (KeyError, TypeError, ValueError):
        raise _not_an_archive("it has no manifest") from None
    if not is_known:
        raise _not_an_archive(f"it is not {FORMAT} {VERSION}")
    return cast("dict[str, Any]", found)


async def _check_empty(client: BaseDBAsyncClient) -> None:
    for table in TABLES:
        if await client.execute_query_dict(f"SELECT FROM {table.name} LIMIT 1"):
            message = f"there are rows in {table.name} already: a site is entered where nothing is"
            raise Conflict(message, code="NOT_EMPTY")


async def _enter(archive: zipfile.ZipFile, client: BaseDBAsyncClient, table: Table) -> int:
    """The columns that the archive and this version both have."""
    known = {row["name"] for row in await client.execute_query_dict(COLUMNS, [table.name])}
    count = 0
    for rows in _portions(archive, table):
        names = sorted(known & set(rows[0]))
        columns = ", ".join(f'"{name}"' for name in names)
        await client.execute_query(
            f"INSERT INTO {table.name} ({columns}) SELECT {columns}"
            f" FROM jsonb_populate_recordset(NULL::{table.name}, $1::jsonb)",
            [json.dumps(rows, ensure_ascii=False)],
        )
        count += len(rows)
    if table.key == "id":
        await client.execute_query(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
            f" coalesce(max(id), 0) + 1, FALSE) FROM {table.name}"
        )
    return count


def _portions(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    try:
        with archive.open(member_of(table)) as member:
            while line := member.readline(LONGEST_ROW + 1):
                if len(line) > LONGEST_ROW:
                    raise _not_an_archive(f"a row of {table.name} is too long")
                rows.append(json.loads(line))
                if len(rows) == ROWS_AT_ONCE:
                    yield rows
                    rows = []
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise _not_an_archive(f"its {table.name} cannot be read") from None
    if rows:
        yield rows


async def _enter_files(archive: zipfile.ZipFile, storage: Storage, report: Report) -> None:
    """Before the rows that name them. An original must be what its name says."""
    members = [each for each in archive.infolist() if each.filename.startswith("files/")]
    storage.scratch.mkdir(parents=True, exist_ok=True)
    path = storage.scratch / "incoming-archive"
    try:
        for done, member in enumerate(members, 1):
            key = member.filename.removeprefix("files/")
            with archive.open(member) as file, path.open("wb") as into:
                sha256 = _copied(cast("BinaryIO", file), into)
            named = key.split("/")[1] if key.count("/") == 2 else ""
            is_original = member.filename == file_member(original_key(named))
            if not named or ".." in key or (is_original and sha256 != named):
                raise _not_an_archive(f"{member.filename} is not what it is called")
            await storage.put(key, path)
            report(done, len(members))
    finally:
        path.unlink(missing_ok=True)


def _copied(file: BinaryIO, into: BinaryIO) -> str:
    """Its SHA-256. Whatever a directory says of its size: no more than any file may have."""
    digest, size = hashlib.sha256(), 0
    while part := file.read(PART_BYTES):
        size += len(part)
        if size > max(MOST_BYTES.values()):
            raise _not_an_archive("a file in it is too large")
        digest.update(part)
        into.write(part)
    return digest.hexdigest()


def _not_an_archive(why: str) -> Invalid:
    return Invalid(f"this is no archive of a site: {why}", path=("file",), code="NOT_AN_ARCHIVE")
