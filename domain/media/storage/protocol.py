"""What a store of files can do. Keys are texts like "ab/ab12…/original"; what stands under a key
is always the same content, so writing it again changes nothing but its age."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

PART_BYTES = 2**18


class Missing(Exception):
    """Nothing stands under this key."""


class Stored(NamedTuple):
    """One file of the store. written_at: when it was last written, by the store's clock."""

    key: str
    size: int
    written_at: datetime


class Storage(Protocol):
    """scratch: a directory of this machine in which incoming files wait."""

    scratch: Path

    async def put(self, key: str, path: Path) -> None:
        """The file's content under the key, whole or not at all; its age begins anew. The file may
        be gone afterwards."""

    async def look(self, key: str) -> Stored | None:
        """None when nothing stands there."""

    def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        """The bytes from `start`, part by part. Raises Missing, before the first part."""

    async def delete(self, key: str) -> None:
        """Nothing stands there afterwards."""

    def everything(self) -> AsyncIterator[list[Stored]]:
        """All files there are, a portion at a time, in no order."""
