"""How an archive of a site is laid out: docs/site-archive.md, as values."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from domain.archives.tables import TABLES
from domain.problems import Invalid

Report = Callable[[int, int], None]
"""Called with how many rows and files are done, and of how many."""

FORMAT = "xinfeng-site"
VERSION = 2
MANIFEST = "manifest.json"
LONGEST_MANIFEST = 2**20
LONGEST_ROW = 64 * 2**20
FILES = "files/"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table. sha256: of its lines, in hexadecimal."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself.

    made_at: ISO 8601. time_zone: what the days of its figures are those of. parts: by table.
    files: how many. left_behind: secrets the site has that are not in it, by kind. months: the
    first and the last of the ledger, as days; empty without observations.
    """

    made_at: str
    time_zone: str
    parts: Mapping[str, Part]
    files: int
    left_behind: Mapping[str, int]
    months: tuple[str, ...]

    @property
    def size(self) -> int:
        """Rows and files."""
        return sum(part.rows for part in self.parts.values()) + self.files


def written(manifest: Manifest) -> bytes:
    head = {"format": FORMAT, "version": VERSION}
    return json.dumps({**head, **asdict(manifest)}, indent=1).encode()


def read(text: bytes) -> Manifest:
    """Raises Invalid for what another program wrote, or another version of the format."""
    try:
        found = json.loads(text)
        is_known = (found.pop("format"), found.pop("version")) == (FORMAT, VERSION)
        if is_known:
            return _manifest(found)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise no_archive(f"{MANIFEST} cannot be read") from None
    raise no_archive(f"it is not {FORMAT} {VERSION}")


def _manifest(found: dict[str, Any]) -> Manifest:
    parts = {name: Part(**part) for name, part in found.pop("parts").items()}
    manifest = Manifest(parts=parts, **found)
    unknown = sorted(parts.keys() - {table.name for table in TABLES})
    if unknown:
        raise no_archive(f"a later version wrote it: {', '.join(unknown)} is not known here")
    return manifest


def member_of(table: str) -> str:
    """Where its rows stand in the archive: a JSON object a line."""
    return f"tables/{table}.jsonl"


def file_member(key: str) -> str:
    """Where a file of the library stands in the archive, by its key in the store."""
    return f"{FILES}{key}"


def keys_of(archive: zipfile.ZipFile) -> list[str]:
    """Of the files in it, by their keys in the store."""
    names = archive.namelist()
    return [name.removeprefix(FILES) for name in names if name.startswith(FILES)]


def no_archive(why: str) -> Invalid:
    return Invalid(f"this is no archive of a site: {why}", path=("file",), code="NOT_AN_ARCHIVE")
