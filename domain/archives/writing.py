"""Writes a site's archive, as everything was at one moment."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.archives.tables import (
    FORMAT,
    MANIFEST,
    ROWS_AT_ONCE,
    TABLES,
    VERSION,
    Table,
    file_member,
    member_of,
)
from domain.database import transaction
from domain.media.rules import RenditionFormat, original_key, rendition_key
from domain.media.storage import Storage

Report = Callable[[int, int], None]
ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
FILES = """
SELECT m.sha256, NULL::integer AS width, NULL::text AS format, m.size FROM media m
UNION SELECT m.sha256, r.width, r.format, r.size
FROM media m JOIN media_rendition r ON r.media_id = m.id
ORDER BY 1, 2 NULLS FIRST, 3
"""


async def write_archive(path: Path, storage: Storage, now: datetime, report: Report) -> int:
    """Returns how many rows and files are in it. Raises domain.media.storage.Missing when the store
    lacks a file. What is written to a name of its own is whole under `path`, or not there."""
    partial = path.with_name(f"{path.name}.partial")
    counts: dict[str, int] = {}
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        async with transaction() as client:
            await client.execute_query(ONE_MOMENT)
            for table in TABLES:
                counts[table.name] = await _write_rows(archive, client, table)
            files = await client.execute_query_dict(FILES)
        for done, file in enumerate(files, 1):
            await _write_file(archive, storage, file)
            report(done, len(files))
        manifest = {"format": FORMAT, "version": VERSION, "madeAt": now.isoformat()}
        told = {**manifest, "rows": counts, "files": len(files)}
        archive.writestr(MANIFEST, json.dumps(told, indent=2))
    partial.replace(path)
    return sum(counts.values()) + len(files)


async def _write_rows(archive: zipfile.ZipFile, client: BaseDBAsyncClient, table: Table) -> int:
    """Read portion by portion, through a cursor of the one transaction."""
    hidden = ", ".join(f"'{name}'" for name in table.left_out)
    row = f"(to_jsonb(t) - ARRAY[{hidden}]::text[])::text"
    cursor = f"archive_{table.name}"
    select = f"SELECT {row} AS row FROM {table.name} t ORDER BY {table.order}"
    await client.execute_query(f"DECLARE {cursor} CURSOR FOR {select}")
    count = 0
    with archive.open(member_of(table), "w") as member:
        while rows := await client.execute_query_dict(f"FETCH {ROWS_AT_ONCE} FROM {cursor}"):
            member.write("".join(f"{each['row']}\n" for each in rows).encode())
            count += len(rows)
    return count


async def _write_file(archive: zipfile.ZipFile, storage: Storage, file: dict[str, Any]) -> None:
    """As it is: pictures do not become smaller by being packed."""
    key = original_key(file["sha256"])
    if file["width"] is not None:
        key = rendition_key(file["sha256"], file["width"], RenditionFormat(file["format"]))
    info = zipfile.ZipInfo(file_member(key))
    with archive.open(info, "w", force_zip64=True) as member:
        async for part in storage.read(key, 0, file["size"]):
            member.write(part)
