"""Files in a directory, which all processes of a deployment must share."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from domain.media.storage.protocol import PART_BYTES, Missing, Stored

PORTION = 500


class DiskStorage:
    """Files below `directory`; what comes in waits beside them, on the same file system."""

    def __init__(self, directory: Path) -> None:
        self._files = directory / "files"
        self.scratch = directory / "incoming"

    async def put(self, key: str, path: Path) -> None:
        await asyncio.to_thread(self._put, key, path)

    def _put(self, key: str, path: Path) -> None:
        """On the disk before it is under its name, whatever happens to the machine then."""
        target = self._files / key
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        os.utime(path)
        path.replace(target)
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    async def look(self, key: str) -> Stored | None:
        return await asyncio.to_thread(self._look, key)

    def _look(self, key: str) -> Stored | None:
        try:
            found = (self._files / key).stat()
        except FileNotFoundError:
            return None
        return Stored(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread((self._files / key).open, "rb")
        except FileNotFoundError:
            raise Missing(key) from None
        with file:
            await asyncio.to_thread(file.seek, start)
            while length > 0:
                part = await asyncio.to_thread(_part, file, min(length, PART_BYTES))
                if not part:
                    return
                length -= len(part)
                yield part

    async def delete(self, key: str) -> None:
        await asyncio.to_thread((self._files / key).unlink, missing_ok=True)

    async def everything(self) -> AsyncIterator[list[Stored]]:
        walked = self._walked()
        while portion := await asyncio.to_thread(lambda: list(islice(walked, PORTION))):
            yield portion

    def _walked(self) -> Iterator[Stored]:
        for path in self._files.rglob("*"):
            if path.is_file() and (found := self._look(str(path.relative_to(self._files)))):
                yield found


def _part(file: BinaryIO, most: int) -> bytes:
    return file.read(most)
