"""Pictures get their renditions: what a worker does with one, so that it may die at any moment and
another does it again."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.media.models import Media, MediaRendition
from domain.media.rules import (
    MOST_ATTEMPTS,
    RENDERING_LEASE,
    MediaState,
    bands,
    due_after,
    original_key,
    rendition_key,
)
from domain.media.storage import Missing, Storage
from domain.problems import Invalid

TAKE = """
SELECT id FROM media WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""


async def take_due(now: datetime) -> Media | None:
    """A picture whose renditions are to be made; nobody else gets it for as long as the lease."""
    async with transaction() as client:
        found = await client.execute_query_dict(TAKE, [now])
        if not found:
            return None
        row = await Media.get(id=found[0]["id"], using_db=client)
        row.due_at = now + RENDERING_LEASE
        row.attempts += 1
        await row.save(using_db=client, update_fields=["due_at", "attempts"])
        return row


async def render(row: Media, storage: Storage, now: datetime) -> MediaState:
    """Makes them, stores them and says so, each as if for the first time. What cannot be decoded is
    BROKEN; a store that fails is asked again later, a few times."""
    try:
        return await _made(row, storage, now)
    except Invalid as problem:
        return await _ended(row, MediaState.BROKEN, problem.message)
    except (OSError, Missing) as error:
        if row.attempts >= MOST_ATTEMPTS:
            return await _ended(row, MediaState.BROKEN, f"the store failed: {type(error).__name__}")
        row.due_at = now + due_after(row.attempts)
        await row.save(update_fields=["due_at"])
        return MediaState.RENDERING


async def _made(row: Media, storage: Storage, now: datetime) -> MediaState:
    # Pillow takes a moment to load: workers that render nothing do not.
    from domain.media.pictures import renditions

    with tempfile.TemporaryDirectory(prefix="xinfeng-render-") as directory:
        original = Path(directory) / "original"
        await _fetch(storage, row, original)
        look, made = await asyncio.to_thread(renditions, original, row.mime)
        for each in made:
            path = Path(directory) / "rendition"
            await asyncio.to_thread(path.write_bytes, each.data)
            await storage.put(rendition_key(row.sha256, each.width, each.format), path)
    rows = [
        MediaRendition(
            media_id=row.id,
            format=each.format,
            width=each.width,
            height=each.height,
            size=len(each.data),
        )
        for each in made
    ]
    async with transaction() as client:
        if not await Media.filter(id=row.id).using_db(client).select_for_update(no_key=True):
            return MediaState.READY  # deleted meanwhile: the sweeper takes what was stored
        await MediaRendition.filter(media_id=row.id).using_db(client).delete()
        await MediaRendition.bulk_create(rows, using_db=client)
        row.look = look
        row.bands = bands(look)
        return await _ended(row, MediaState.READY, "", client)


async def _fetch(storage: Storage, row: Media, path: Path) -> None:
    with path.open("wb") as file:
        async for part in storage.read(original_key(row.sha256), 0, row.size):
            await asyncio.to_thread(file.write, part)


async def _ended(
    row: Media, state: MediaState, why: str, client: BaseDBAsyncClient | None = None
) -> MediaState:
    row.state = state
    row.why = why
    row.due_at = None
    fields = ["state", "why", "due_at", "look", "bands"]
    await row.save(using_db=client, update_fields=fields)
    return state
