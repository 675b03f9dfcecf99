"""Writes a site's archive, as everything was at one moment."""

from __future__ import annotations

import hashlib
import os
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.archives.format import (
    MANIFEST,
    Manifest,
    Part,
    Report,
    file_member,
    member_of,
    written,
)
from domain.archives.tables import LEFT_BEHIND, TABLES, Table
from domain.database import transaction
from domain.media.rules import RenditionFormat, original_key, rendition_key
from domain.media.storage import Storage

OWNED = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
COUNTS = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM {source}) AS {name}"
    for name, source in ((each.name, each.name) for each in TABLES)
)
LEFT = "SELECT " + ", ".join(
    f'(SELECT count(*) FROM {source}) AS "{name}"' for name, source in LEFT_BEHIND.items()
)
MONTHS = """
SELECT min(observed_at)::date::text AS first, max(observed_at)::date::text AS last FROM observation
"""
FILES = """
SELECT m.sha256, NULL::integer AS width, NULL::text AS format, m.size FROM media m
UNION SELECT m.sha256, r.width, r.format, r.size
FROM media m JOIN media_rendition r ON r.media_id = m.id
ORDER BY 1, 2 NULLS FIRST, 3
"""


class Progress:
    """How far the archive is."""

    def __init__(self, report: Report, of: int) -> None:
        self._report, self._of, self._done = report, of, 0

    def add(self, count: int) -> None:
        self._done += count
        self._report(self._done, self._of)


async def write_archive(
    path: Path, storage: Storage, now: datetime, zone: ZoneInfo, report: Report
) -> Manifest:
    """Raises domain.media.storage.Missing when the store lacks a file, FileExistsError. It is
    written to a name of its own: whole under `path`, or not there. Its owner alone reads it: drafts
    and people's addresses are in it. zone: the deployment's."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with (
            os.fdopen(os.open(partial, OWNED, 0o600), "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            manifest = await _write(archive, storage, now, zone, report)
            archive.writestr(MANIFEST, written(manifest))
        os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


async def _write(
    archive: zipfile.ZipFile, storage: Storage, now: datetime, zone: ZoneInfo, report: Report
) -> Manifest:
    async with transaction() as client:
        await client.execute_query(ONE_MOMENT)
        (counts,) = await client.execute_query_dict(COUNTS)
        (left,) = await client.execute_query_dict(LEFT)
        (months,) = await client.execute_query_dict(MONTHS)
        files = await client.execute_query_dict(FILES)
        progress = Progress(report, sum(counts.values()) + len(files))
        parts = {t.name: await _write_rows(archive, client, t, progress) for t in TABLES}
    for file in files:
        await _write_file(archive, storage, file)
        progress.add(1)
    return Manifest(
        made_at=now.isoformat(),
        time_zone=zone.key,
        parts=parts,
        files=len(files),
        left_behind=dict(left),
        months=tuple(day for day in dict(months).values() if day),
    )


async def _write_rows(
    archive: zipfile.ZipFile, client: BaseDBAsyncClient, table: Table, progress: Progress
) -> Part:
    """Read portion by portion, through a cursor of the one transaction."""
    hidden = ", ".join(f"'{name}'" for name in table.left_out)
    row = f"(to_jsonb(t) - ARRAY[{hidden}]::text[])::text"
    cursor = f"archive_{table.name}"
    select = f"SELECT {row} AS row FROM {table.name} t ORDER BY {table.order}"
    await client.execute_query(f"DECLARE {cursor} CURSOR FOR {select}")
    count, digest = 0, hashlib.sha256()
    with archive.open(member_of(table.name), "w", force_zip64=True) as member:
        while rows := await client.execute_query_dict(f"FETCH {table.at_once} FROM {cursor}"):
            lines = "".join(f"{each['row']}\n" for each in rows).encode()
            member.write(lines)
            digest.update(lines)
            count += len(rows)
            progress.add(len(rows))
    await client.execute_query(f"CLOSE {cursor}")
    return Part(count, digest.hexdigest())


async def _write_file(archive: zipfile.ZipFile, storage: Storage, file: dict[str, Any]) -> None:
    """As it is: pictures do not become smaller by being packed."""
    key = original_key(file["sha256"])
    if file["width"] is not None:
        key = rendition_key(file["sha256"], file["width"], RenditionFormat(file["format"]))
    info = zipfile.ZipInfo(file_member(key))
    with archive.open(info, "w", force_zip64=True) as member:
        async for part in storage.read(key, 0, file["size"]):
            member.write(part)
