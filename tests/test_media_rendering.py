"""What a worker does with pictures, however often it dies; and which files are swept away."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from domain.media import actions
from domain.media.actions.rendering import render, take_due
from domain.media.actions.sweeping import sweep
from domain.media.models import ArticleMedia, Media, MediaRendition
from domain.media.rules import GRACE, MOST_ATTEMPTS, RENDERING_LEASE, MediaState, original_key
from domain.media.storage import Missing, Place, Storage, open_storage
from domain.media.storage.disk import DiskStorage
from domain.problems import Conflict
from tests.media import everything_below, picture, store
from tests.outgoing import LOOPBACK
from tests.platforms import BOX
from tests.rows import EDITOR, World, make_article, make_world, nothing_written, refused
from workers.http import open_session
from workers.media import render_due, sweep_store
from workers.metrics import REGISTRY
from workers.periodic import PERIODIC
from workers.tools import Tools

NOW = datetime.now(UTC)
LATER = NOW + GRACE + timedelta(hours=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database: str) -> World:
    return await make_world()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(Place(tmp_path))


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _empty(database: str) -> None:
    await ArticleMedia.all().delete()
    await Media.all().delete()


async def test_a_worker_renders_what_is_due(world: World, storage: Storage, tmp_path: Path) -> None:
    stored = await store(storage, world.organization_id, picture(700, 400))
    async with open_session(1.0, LOOPBACK) as session:
        tools = Tools(
            session=session,
            box=BOX,
            zone=ZoneInfo("Asia/Shanghai"),
            pull_interval_seconds=300,
            platform_urls={},
            adapters={},
            storage=storage,
            clock=lambda: NOW,
        )
        before = REGISTRY.get_sample_value("xinfeng_media_rendered_total", {"state": "READY"}) or 0
        await render_due(tools)
        await render_due(tools)
        await sweep_store(tools)
    after = REGISTRY.get_sample_value("xinfeng_media_rendered_total", {"state": "READY"})
    assert after == before + 1
    row = await Media.get(id=stored.media_id)
    assert (row.state, row.due_at, row.attempts, len(row.bands)) == ("READY", None, 1, 8)
    sizes = {
        f"files/{row.sha256[:2]}/{row.sha256}/{each.width}.{each.format.lower()}": each.size
        for each in await MediaRendition.filter(media_id=row.id)
    }
    assert len(sizes) == 7
    assert everything_below(tmp_path) == {
        **sizes,
        f"files/{original_key(row.sha256)}": row.size,
    }
    assert {"render_media", "sweep_media"} <= {each.name for each in PERIODIC}


async def test_one_at_a_time_takes_a_picture_and_another_when_it_died(
    world: World, storage: Storage
) -> None:
    stored = await store(storage, world.organization_id, picture(50, 40))
    first = await take_due(NOW)
    assert first is not None
    assert await take_due(NOW) is None
    again = await take_due(NOW + RENDERING_LEASE)
    assert again is not None
    assert await render(again, storage, NOW) is MediaState.READY
    made = await MediaRendition.filter(media_id=stored.media_id).order_by("id").values_list("size")
    assert await render(first, storage, NOW) is MediaState.READY
    assert [
        row.size for row in await MediaRendition.filter(media_id=stored.media_id).order_by("id")
    ] == [size for (size,) in made]


async def test_a_picture_that_cannot_be_decoded_is_broken(world: World, storage: Storage) -> None:
    data = picture(400, 300, format_="PNG")
    stored = await store(storage, world.organization_id, data[: len(data) // 2])
    row = await take_due(NOW)
    assert row is not None
    assert await render(row, storage, NOW) is MediaState.BROKEN
    kept = await Media.get(id=stored.media_id)
    assert (kept.state, kept.why) == ("BROKEN", "the picture cannot be read")
    assert await MediaRendition.filter(media_id=stored.media_id).count() == 0
    assert await take_due(LATER) is None


async def test_a_store_that_fails_is_asked_again_and_then_given_up(
    world: World, storage: Storage
) -> None:
    stored = await store(storage, world.organization_id, picture(60, 40))
    row = await Media.get(id=stored.media_id)
    await storage.delete(original_key(row.sha256))
    now = NOW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        taken = await take_due(now)
        assert taken is not None
        state = await render(taken, storage, now)
        assert state is (MediaState.BROKEN if attempt == MOST_ATTEMPTS else MediaState.RENDERING)
        assert await take_due(now) is None
        now += timedelta(hours=1)
    assert (await Media.get(id=stored.media_id)).why == f"the store failed: {Missing.__name__}"


# deleting and sweeping


async def test_what_nothing_uses_can_be_deleted_and_its_file_goes_later(
    world: World, storage: Storage, tmp_path: Path
) -> None:
    stored = await store(storage, world.organization_id, picture(60, 50))
    row = await Media.get(id=stored.media_id)
    await actions.delete(EDITOR, row.id, 1)
    assert await Media.filter(id=row.id).count() == 0
    assert await sweep(storage, datetime.now(UTC)) == 0
    assert len(everything_below(tmp_path)) == 1
    assert await sweep(storage, LATER) == 1
    assert everything_below(tmp_path) == {}


async def test_what_an_article_uses_in_any_revision_stays(world: World, storage: Storage) -> None:
    stored = await store(storage, world.organization_id, picture(60, 60))
    article_id = await make_article(world)
    await ArticleMedia.create(
        article_id=article_id, media_id=stored.media_id, in_public=False, in_newest=False
    )
    async with refused(Conflict, "id", code="IN_USE"):
        await actions.delete(EDITOR, stored.media_id, 1)
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await actions.delete(EDITOR, stored.media_id, 2)


async def test_what_another_library_names_is_not_swept(
    world: World, storage: Storage, tmp_path: Path
) -> None:
    other = await make_world()
    data = picture(60, 70)
    first = await store(storage, world.organization_id, data)
    await store(storage, other.organization_id, data)
    await actions.delete(EDITOR, first.media_id, 1)
    async with nothing_written():
        assert await sweep(storage, LATER) == 0
    assert len(everything_below(tmp_path)) == 1


async def test_what_came_in_and_was_never_finished_is_swept(
    world: World, storage: Storage, tmp_path: Path
) -> None:
    assert isinstance(storage, DiskStorage)
    storage.scratch.mkdir()
    old, new = storage.scratch / "incoming-old", storage.scratch / "incoming-new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    await sweep(storage, NOW)
    assert everything_below(tmp_path) == {"incoming/incoming-new": 4}


async def test_a_file_that_comes_again_while_it_is_swept_stays(
    world: World, storage: Storage, tmp_path: Path
) -> None:
    """It is written anew between the sweeper's first look and its second."""
    data = picture(60, 80)
    first = await store(storage, world.organization_id, data)
    row = await Media.get(id=first.media_id)
    await actions.delete(EDITOR, row.id, 1)
    path = tmp_path / "files" / original_key(row.sha256)
    os.utime(path, (1, 1))

    class Between(DiskStorage):
        async def everything(self) -> AsyncIterator[list]:  # type: ignore[type-arg] # as its base
            async for portion in super().everything():
                await store(storage, world.organization_id, data)
                yield portion

    assert await sweep(Between(tmp_path), datetime.now(UTC)) == 0
    assert path.read_bytes() == data
