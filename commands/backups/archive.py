"""The file: a ZIP that anybody's tools open, of PostgreSQL's own dump and a manifest.

database.dump   what pg_dump wrote (custom format)
manifest.json   what must be in it
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from commands.failures import CommandFailed

DUMP = "database.dump"
MANIFEST = "manifest.json"
FORMAT = 1
PIECE = 2**20

Report = Callable[[int, int], None]


class Manifest(msgspec.Struct, rename="camel"):
    """version: of Xinfeng. made_at: the moment whose state it is, in ISO form. migrations: the
    database had. tables: rows of each, by its name with its schema. dump_sha256: hexadecimal."""

    format: int
    version: str
    made_at: str
    postgres: str
    migrations: list[str]
    tables: dict[str, int]
    dump_bytes: int = 0
    dump_sha256: str = ""

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


class Writing:
    """An archive that is being written: the dump, piece by piece, then the manifest."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._dump: IO[bytes] = file.open(DUMP, "w", force_zip64=True)
        self._hash = hashlib.sha256()
        self._bytes = 0

    def add(self, piece: bytes) -> None:
        self._dump.write(piece)
        self._hash.update(piece)
        self._bytes += len(piece)

    def finish(self, manifest: Manifest) -> Manifest:
        self._dump.close()
        manifest.dump_bytes = self._bytes
        manifest.dump_sha256 = self._hash.hexdigest()
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        self._file.writestr(MANIFEST, text)
        return manifest

    def abandon(self) -> None:
        if not self._dump.closed:
            self._dump.close()


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """It has its name once it is whole and on the disk; interrupted, nothing is left. Only its
    owner may read it. Raises CommandFailed where something has that name."""
    if path.exists():
        raise CommandFailed(f"{path} exists: choose another name, nothing is overwritten")
    draft = path.with_name(f"{path.name}.partial")
    try:
        with _alone(draft) as file:
            try:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                    work = Writing(archive)
                    try:
                        yield work
                    finally:
                        work.abandon()
                file.flush()
                os.fsync(file.fileno())
                os.link(draft, path)
            finally:
                draft.unlink(missing_ok=True)
    except FileExistsError:
        raise CommandFailed(f"{path} exists: choose another name, nothing is overwritten") from None
    except OSError as error:
        raise CommandFailed(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def _alone(draft: Path) -> Iterator[IO[bytes]]:
    """The draft, empty; one that a killed backup left is taken over."""
    with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandFailed(f"another backup writes {draft} now") from None
        file.truncate()
        yield file


def read_manifest(path: Path) -> Manifest:
    """Raises CommandFailed for what is no backup of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except FileNotFoundError:
        raise CommandFailed(f"there is no file {path}") from None
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise CommandFailed(f"{path} is no backup, or not whole: {error}") from error
    if manifest.format != FORMAT:
        raise CommandFailed(f"{path} has format {manifest.format}; this version reads {FORMAT}")
    return manifest


def pieces(path: Path, report: Report, total: int) -> Iterator[bytes]:
    """The dump, from its beginning. Raises CommandFailed where it is damaged."""
    done = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(DUMP) as dump:
            while piece := dump.read(PIECE):
                done += len(piece)
                report(done, total)
                yield piece
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise CommandFailed(f"{path} is damaged: {error}") from error


def check(path: Path, manifest: Manifest, report: Report) -> None:
    """Reads all of it. Raises CommandFailed where it is not what was written."""
    found = hashlib.sha256()
    for piece in pieces(path, report, manifest.dump_bytes):
        found.update(piece)
    if found.hexdigest() != manifest.dump_sha256:
        raise CommandFailed(f"{path} is damaged: it is not what its manifest says was written")
