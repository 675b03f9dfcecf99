"""Enters a site's archive into a deployment that has nothing of its own yet, ids and all."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.archives.checking import check, manifest_of, opened
from domain.archives.entering import Entering, enter_files
from domain.archives.figures import derive, make_room
from domain.archives.format import Manifest, Report
from domain.archives.models import SiteImport
from domain.archives.tables import TABLES
from domain.audit import actions as audit
from domain.changes import change
from domain.media.storage import Storage
from domain.problems import Conflict
from domain.search.actions.rebuild import rebuild as rebuild_search


class Entered(NamedTuple):
    """manifest: what came in. is_new: False when this archive was in already, and nothing was
    done."""

    manifest: Manifest
    is_new: bool


async def read_archive(
    act: Act, path: Path, storage: Storage, zone: ZoneInfo, sealed: bytes, report: Report
) -> Entered:
    """By administrators of the whole network. Interrupted, it goes on where it was when it is
    called again; an archive that is in already changes nothing.

    zone: the deployment's. sealed: a secret that nobody knows, sealed with its key.

    Raises Invalid for what is no archive, one that is damaged, or a row the database refuses;
    Conflict where there is something already: numbers would meet; where another archive was begun;
    or where days are others.
    """
    with opened(path) as archive:
        manifest, sha256 = manifest_of(archive)
        site = await _known(act, manifest, sha256, zone)
        if site is not None and site.ended_at is not None:
            return Entered(manifest, is_new=False)
        check(archive, manifest, report)
        if site is None:
            site = await _begin(act, sha256)
        await _enter(archive, manifest, site, storage, sealed, report)
    await derive(site.started_at, zone, report)
    await rebuild_search(report)
    await _end(act, site.id, manifest)
    return Entered(manifest, is_new=True)


async def _known(act: Act, manifest: Manifest, sha256: bytes, zone: ZoneInfo) -> SiteImport | None:
    """What is known of this archive here, where it may be entered. Raises Conflict."""
    async with change(act) as client:
        if manifest.time_zone != zone.key:
            message = f"its days are those of {manifest.time_zone}, and ours those of {zone.key}"
            raise Conflict(message, path=("file",), code="TIME_ZONE")
        site = await SiteImport.get_or_none(sha256=sha256, using_db=client)
        if site is None:
            if await SiteImport.filter(ended_at=None).using_db(client).exists():
                raise Conflict("another archive was begun here", code="BEGUN")
            await _check_empty(client)
        return site


async def _check_empty(client: BaseDBAsyncClient) -> None:
    for table in TABLES:
        if await client.execute_query_dict(f"SELECT FROM {table.name} LIMIT 1"):
            message = f"there are rows in {table.name} already: a site is entered where nothing is"
            raise Conflict(message, code="NOT_EMPTY")


async def _begin(act: Act, sha256: bytes) -> SiteImport:
    async with change(act) as client:
        await _check_empty(client)
        return await SiteImport.create(
            sha256=sha256, entered={}, started_at=act.now, using_db=client
        )


async def _enter(
    archive: zipfile.ZipFile,
    manifest: Manifest,
    site: SiteImport,
    storage: Storage,
    sealed: bytes,
    report: Report,
) -> None:
    await enter_files(archive, storage, report, 0, manifest.size)
    await make_room(manifest.months)
    entering = Entering(archive, manifest.parts, site, sealed)
    await entering.rows(
        lambda done, of: report(manifest.files + done, of),
        manifest.size,
    )


async def _end(act: Act, number: int, manifest: Manifest) -> None:
    async with change(act) as client:
        await SiteImport.filter(id=number).using_db(client).update(ended_at=act.now)
        after = {name: part.rows for name, part in manifest.parts.items()}
        await audit.record(client, act, "site.import", "", after=after)
