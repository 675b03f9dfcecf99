"""Office documents are ZIP files: their directory says what they are. Nothing is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from domain.media.contents import PACKED, Content, unsupported

MOST_MEMBERS = 10_000
MOST_UNPACKED = 500 * 2**20
MACROS = ("vbaproject.bin",)


def recognise_package(path: Path) -> Content:
    """Raises Invalid for other ZIP files, for documents with macros, and for what would become
    huge when its reader unpacks it."""
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise unsupported("this ZIP file is broken") from None
    names = {member.filename for member in members}
    found = [content for name, content in PACKED.items() if name in names]
    if len(found) != 1 or "[Content_Types].xml" not in names:
        raise unsupported("this ZIP file is no document")
    if any(name.lower().endswith(MACROS) for name in names):
        raise unsupported("this document holds macros")
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED:
        raise unsupported("this document is too large when it is unpacked")
    return found[0]
