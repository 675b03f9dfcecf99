"""Both kinds of store do the same: on a disk, and in what speaks S3."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from domain.media.storage import Missing, Place, S3Place, Storage, open_storage
from settings import Settings, SettingsError, load_settings
from tests.s3_server import KEY_ID, SECRET, Bucket, serving_bucket

CONTENT = bytes(range(256)) * 4096
KEYS = ["ab/ab12/original", "ab/ab12/320.webp", "cd/cd34/original"]


def s3_of(bucket: Bucket, **given: str) -> Place:
    place = S3Place(
        "xinfeng",
        prefix="media",
        endpoint=bucket.url,
        region="test",
        **{"access_key_id": KEY_ID, "secret_access_key": SECRET, **given},
    )
    return Place(Path("unused"), place)


@pytest_asyncio.fixture(params=["disk", "s3"], loop_scope="module")
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    async with AsyncExitStack() as stack:
        if request.param == "disk":
            yield open_storage(Place(tmp_path / "store"))
        else:
            bucket = await stack.enter_async_context(serving_bucket("xinfeng"))
            yield open_storage(s3_of(bucket))


async def put(storage: Storage, key: str, content: bytes, directory: Path) -> None:
    storage.scratch.mkdir(parents=True, exist_ok=True)
    path = storage.scratch / f"tests-{id(content)}"
    path.write_bytes(content)
    await storage.put(key, path)
    path.unlink(missing_ok=True)


async def all_of(storage: Storage, key: str, start: int, length: int) -> bytes:
    return b"".join([part async for part in storage.read(key, start, length)])


async def test_what_is_put_is_read_whole_and_in_parts(storage: Storage, tmp_path: Path) -> None:
    await put(storage, KEYS[0], CONTENT, tmp_path)
    assert await all_of(storage, KEYS[0], 0, len(CONTENT)) == CONTENT
    assert await all_of(storage, KEYS[0], 1000, 70_000) == CONTENT[1000:71_000]
    assert await all_of(storage, KEYS[0], len(CONTENT) - 1, 1) == CONTENT[-1:]
    found = await storage.look(KEYS[0])
    assert found is not None
    assert (found.key, found.size) == (KEYS[0], len(CONTENT))
    assert abs(found.written_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_what_is_not_there_is_missing(storage: Storage) -> None:
    assert await storage.look("no/no/original") is None
    with pytest.raises(Missing):
        await all_of(storage, "no/no/original", 0, 1)
    await storage.delete("no/no/original")


async def test_everything_is_listed_and_what_is_deleted_is_gone(
    storage: Storage, tmp_path: Path
) -> None:
    for key in KEYS:
        await put(storage, key, key.encode(), tmp_path)
    listed = [each async for portion in storage.everything() for each in portion]
    assert {each.key: each.size for each in listed} == {key: len(key) for key in KEYS}
    await storage.delete(KEYS[1])
    left = [each.key async for portion in storage.everything() for each in portion]
    assert sorted(left) == [KEYS[0], KEYS[2]]


async def test_a_large_file_comes_in_parts(tmp_path: Path) -> None:
    content = CONTENT * 12
    async with serving_bucket("xinfeng") as bucket:
        storage = open_storage(s3_of(bucket))
        await put(storage, KEYS[0], content, tmp_path)
        assert bucket.objects == {f"media/{KEYS[0]}": content}
        assert sum("partNumber" in request for request in bucket.requests) > 1


async def test_a_store_that_refuses_is_told_as_a_disk_that_fails(tmp_path: Path) -> None:
    async with serving_bucket("xinfeng") as bucket:
        storage = open_storage(s3_of(bucket, access_key_id="stranger"))
        with pytest.raises(OSError, match="the store failed"):
            await put(storage, KEYS[0], b"x", tmp_path)
        with pytest.raises(OSError, match="the store failed"):
            await storage.look(KEYS[0])
        assert bucket.objects == {}


def test_nothing_that_speaks_s3_is_loaded_unless_it_is_used() -> None:
    code = (
        "import sys, api.app, workers.main; print('obstore' in sys.modules, 'PIL' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_settings_say_which_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).media_place == Place(tmp_path / "media")
    assert Settings(media_dir=tmp_path / "m").media_place == Place(tmp_path / "m")
    given = Settings(
        data_dir=tmp_path,
        media_s3="s3://bucket/some/prefix/",
        media_s3_endpoint="https://minio.example",
        media_s3_access_key_id="a",
        media_s3_secret_access_key="b",
    )
    assert given.media_place.s3 == S3Place(
        "bucket", "some/prefix", "https://minio.example", "", "a", "b"
    )
    for wrong in ("bucket", "https://bucket", "s3://", "s3://a@b/c"):
        monkeypatch.setenv("XINFENG_MEDIA_S3", wrong)
        with pytest.raises(SettingsError, match="XINFENG_MEDIA_S3: not a bucket"):
            load_settings()
