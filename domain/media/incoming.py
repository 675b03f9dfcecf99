"""A file while it comes in: to disk part by part, hashed on the way, refused as soon as it must."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.media.contents import HEAD_BYTES, ZIP, Content, recognise
from domain.media.packages import recognise_package
from domain.media.rules import MOST_BYTES, MediaKind
from domain.problems import Invalid

WRITTEN_AT_ONCE = 2**20
"""Bytes gathered before they go to the disk, which others do not wait for."""


@dataclass(frozen=True, slots=True)
class Received:
    """A whole file. sha256: hexadecimal. width, height: of a picture as it is to be seen."""

    path: Path
    sha256: str
    size: int
    content: Content
    width: int | None
    height: int | None


class Incoming:
    """Takes the parts of one file in order; `finish` says what it is. Raises Invalid from either
    when the file is not taken: too large for its kind, or of none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        self._content: Content | None = None
        self.size = 0

    async def write(self, part: bytes) -> None:
        self._waiting += part
        self.size += len(part)
        if self._content is None and self.size >= HEAD_BYTES:
            self._content = recognise(bytes(self._waiting[:HEAD_BYTES]))
        if self._content is not None:
            check_size(self.size, self._content.kind)
        if len(self._waiting) >= WRITTEN_AT_ONCE:
            await self._flush()

    async def finish(self) -> Received:
        content = self._content or recognise(bytes(self._waiting))
        await self._flush()
        self.close()
        return await asyncio.to_thread(self._looked_into, content)

    async def _flush(self) -> None:
        part, self._waiting = self._waiting, bytearray()
        await asyncio.to_thread(self._store, part)

    def _store(self, part: bytearray) -> None:
        self._hash.update(part)
        self._file.write(part)

    def _looked_into(self, content: Content) -> Received:
        if content is ZIP:
            content = recognise_package(self._path)
        width = height = None
        if content.kind is MediaKind.IMAGE:
            # Pillow takes a moment to load: only who has pictures waits for it.
            from domain.media.pictures import measure

            width, height = measure(self._path, content.mime)
        return Received(self._path, self._hash.hexdigest(), self.size, content, width, height)

    def close(self) -> None:
        self._file.close()


def check_size(size: int, kind: MediaKind) -> None:
    """Raises Invalid."""
    if size > MOST_BYTES[kind]:
        most = MOST_BYTES[kind] // 2**20
        raise Invalid(
            f"{kind.lower()} files have at most {most} MiB", path=("file",), code="TOO_LARGE"
        )


@contextmanager
def incoming(directory: Path) -> Iterator[Incoming]:
    """A file in the directory that is gone on leaving, unless it was moved away."""
    directory.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=directory, prefix="incoming-")
    os.close(handle)
    path = Path(name)
    received = Incoming(path)
    try:
        yield received
    finally:
        received.close()
        path.unlink(missing_ok=True)
