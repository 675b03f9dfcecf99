"""Looks at a whole archive before anything of it is entered."""

from __future__ import annotations

import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from domain.archives.format import (
    LONGEST_MANIFEST,
    LONGEST_ROW,
    MANIFEST,
    Manifest,
    Part,
    Report,
    file_member,
    keys_of,
    member_of,
    no_archive,
    read,
)
from domain.media.rules import MOST_BYTES, is_key, original_key, sha256_of

PART_BYTES = 2**20
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, KeyError, OSError),
    RuntimeError,  # an encrypted member, or one packed in a manner unknown here
)


def opened(path: Path) -> zipfile.ZipFile:
    """Raises Invalid for what is no ZIP file; one that was cut off has lost the list at its end."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        raise no_archive("it is no ZIP file, or its end is missing") from None


def manifest_of(archive: zipfile.ZipFile) -> tuple[Manifest, bytes]:
    """And the SHA-256 by which the archive is known. Raises Invalid."""
    try:
        with archive.open(MANIFEST) as member:
            text = member.read(LONGEST_MANIFEST)
    except DAMAGED:
        raise no_archive(f"{MANIFEST} is missing or damaged") from None
    return read(text), hashlib.sha256(text).digest()


def check(archive: zipfile.ZipFile, manifest: Manifest, report: Report) -> None:
    """Raises Invalid that names the first part which is not what the manifest says."""
    done = 0
    for table, part in manifest.parts.items():
        if _part(archive, table) != part:
            raise no_archive(f"{member_of(table)} is not what its manifest says")
        done += part.rows
        report(done, manifest.size)
    keys = keys_of(archive)
    if len(keys) != manifest.files:
        raise no_archive(f"it has {len(keys)} files, and {manifest.files} by its manifest")
    for key in keys:
        _check_file(archive, key)
        done += 1
        report(done, manifest.size)


def _part(archive: zipfile.ZipFile, table: str) -> Part:
    rows, digest = 0, hashlib.sha256()
    for line in lines_of(archive, table):
        digest.update(line)
        rows += 1
    return Part(rows, digest.hexdigest())


def lines_of(archive: zipfile.ZipFile, table: str) -> Iterator[bytes]:
    """The rows of a table. Raises Invalid."""
    name = member_of(table)
    try:
        with archive.open(name) as member:
            while line := member.readline(LONGEST_ROW + 1):
                if len(line) > LONGEST_ROW:
                    raise no_archive(f"a row of {name} is too long")
                yield line
    except DAMAGED:
        raise no_archive(f"{name} is missing or damaged") from None


def _check_file(archive: zipfile.ZipFile, key: str) -> None:
    """Its name is one the store could have given, and an original's is the hash of its content."""
    name = file_member(key)
    if not is_key(key):
        raise no_archive(f"{name} is not what it is called")
    sha256 = hashlib.sha256()
    size = 0
    for part in content_of(archive, key):
        sha256.update(part)
        size += len(part)
        if size > max(MOST_BYTES.values()):
            raise no_archive(f"{name} is too large")
    named = sha256_of(key)
    if key == original_key(named) and sha256.hexdigest() != named:
        raise no_archive(f"{name} is not what it is called")


def content_of(archive: zipfile.ZipFile, key: str) -> Iterator[bytes]:
    """Of a file, part by part. Raises Invalid."""
    name = file_member(key)
    try:
        with archive.open(name) as member:
            file = cast("BinaryIO", member)
            while part := file.read(PART_BYTES):
                yield part
    except DAMAGED:
        raise no_archive(f"{name} is missing or damaged") from None
