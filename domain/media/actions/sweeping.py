"""Files that no row names are removed from the store, once they are old enough."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from domain.database import transaction
from domain.media.actions.upload import hold_content
from domain.media.models import Media
from domain.media.rules import GRACE, sha256_of
from domain.media.storage import Storage, Stored


async def sweep(storage: Storage, now: datetime) -> int:
    """How many were removed. What came in and was never finished goes too."""
    _sweep_scratch(storage.scratch)
    removed = 0
    async for portion in storage.everything():
        old = [each for each in portion if each.written_at < now - GRACE]
        contents = {sha256_of(each.key) for each in old}
        rows = await Media.filter(sha256__in=contents).only("sha256")
        named = {row.sha256 for row in rows}
        for each in old:
            if sha256_of(each.key) not in named:
                removed += await _remove(storage, each, now)
    return removed


async def _remove(storage: Storage, file: Stored, now: datetime) -> bool:
    """Looked at again while nobody can begin to name it."""
    sha256 = sha256_of(file.key)
    async with transaction() as client:
        await hold_content(client, sha256)
        if await Media.filter(sha256=sha256).using_db(client).exists():
            return False
        found = await storage.look(file.key)
        if found is None or found.written_at >= now - GRACE:
            return False
        await storage.delete(file.key)
        return True


def _sweep_scratch(scratch: Path) -> None:
    """By this machine's own clock, as the files' ages are."""
    for path in scratch.glob("incoming-*"):
        if path.stat().st_mtime < time.time() - GRACE.total_seconds():
            path.unlink(missing_ok=True)
