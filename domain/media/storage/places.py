"""Which store a deployment has, from what its settings say."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from domain.media.storage.disk import DiskStorage
from domain.media.storage.protocol import Storage


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket of a store that speaks S3. prefix: what the keys of ours begin with. endpoint: of a
    store other than Amazon's. region: as the store calls it. Without keys, those of the machine's
    own role are asked for."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """directory: on this machine's disk; where s3 is given, files only pass through it."""

    directory: Path
    s3: S3Place | None = None


def open_storage(place: Place) -> Storage:
    """Raises ModuleNotFoundError when the store needs a package that is not installed."""
    if place.s3 is None:
        return DiskStorage(place.directory)
    # Only who has such a store installs, and loads, what speaks to it.
    from domain.media.storage.s3 import S3Storage

    return S3Storage(place.s3, Path(tempfile.gettempdir()) / "xinfeng-media")
