"""Files in a store that speaks S3, through obstore: the optional dependency `s3`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from domain.media.storage.places import S3Place
from domain.media.storage.protocol import PART_BYTES, Missing, Stored

if TYPE_CHECKING:
    from obstore.store import S3Config

PORTION = 500
NOTHING = (NotFoundError, FileNotFoundError)


class S3Storage:
    """scratch: where files wait on their way; nothing is kept on this machine."""

    def __init__(self, place: S3Place, scratch: Path) -> None:
        config: S3Config = {}
        if place.endpoint:
            config["endpoint"] = place.endpoint
        if place.region:
            config["region"] = place.region
        if place.access_key_id:
            config["access_key_id"] = place.access_key_id
            config["secret_access_key"] = place.secret_access_key
        self.scratch = scratch
        self._store = S3Store(
            place.bucket,
            prefix=place.prefix or None,
            config=config,
            client_options={"allow_http": place.endpoint.startswith("http://")},
        )

    async def put(self, key: str, path: Path) -> None:
        with _failing():
            await self._store.put_async(key, path)

    async def look(self, key: str) -> Stored | None:
        try:
            with _failing():
                found = await self._store.head_async(key)
        except NOTHING:
            return None
        return Stored(key, found["size"], found["last_modified"])

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        if length <= 0:
            return
        try:
            with _failing():
                found = await self._store.get_async(key, options={"range": (start, start + length)})
                async for part in found.stream(min_chunk_size=PART_BYTES):
                    yield bytes(part)
        except NOTHING:
            raise Missing(key) from None

    async def delete(self, key: str) -> None:
        try:
            with _failing():
                await self._store.delete_async(key)
        except NOTHING:
            return

    async def everything(self) -> AsyncIterator[list[Stored]]:
        with _failing():
            async for portion in self._store.list(chunk_size=PORTION):
                yield [
                    Stored(each["path"], each["size"], each["last_modified"]) for each in portion
                ]


@contextmanager
def _failing() -> Iterator[None]:
    """A store that fails is told as a disk that does."""
    try:
        yield
    except NotFoundError:
        raise
    except BaseError as error:
        raise OSError(f"the store failed: {type(error).__name__}") from error
