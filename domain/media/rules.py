"""What a file of the library may be, how it is named, and in which sizes a picture is shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from enum import StrEnum


class MediaKind(StrEnum):
    """What somebody does with it: looks, watches, listens, reads."""

    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    DOCUMENT = "DOCUMENT"


class MediaState(StrEnum):
    """Where a file stands. Only pictures are ever RENDERING or BROKEN."""

    RENDERING = "RENDERING"
    READY = "READY"
    BROKEN = "BROKEN"


class RenditionFormat(StrEnum):
    """How a rendition is encoded."""

    AVIF = "AVIF"
    WEBP = "WEBP"
    JPEG = "JPEG"


MIME_OF = {format_: f"image/{format_.lower()}" for format_ in RenditionFormat}

MEBIBYTE = 2**20
MOST_BYTES = {
    MediaKind.IMAGE: 30 * MEBIBYTE,
    MediaKind.DOCUMENT: 50 * MEBIBYTE,
    MediaKind.AUDIO: 200 * MEBIBYTE,
    MediaKind.VIDEO: 1024 * MEBIBYTE,
}
MOST_PIXELS = 50_000_000
"""A picture of so many takes 200 MB of memory to decode: what is larger is refused unseen."""

WIDTHS = (320, 640, 1280, 1920)
JPEG_WIDTH = 1280
"""One rendition is a JPEG, for platforms and programs that know nothing newer."""

LONGEST_NAME = 120
LONGEST_TEXT = {"alt": 500, "caption": 1000, "credit": 200, "licence": 200}
KEY = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}/(original|[1-9][0-9]{0,4}\.(avif|webp|jpeg))")
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|\u2028\u2029\ud800-\udfff]')
INVISIBLE = {"Cf", "Cc", "Co", "Cn", "Cs"}

BANDS = 8
ALIKE_BITS = 7
"""Pictures whose looks differ in at most so many of 64 bits are alike: then at least one of the
BANDS bytes is the same in both, by which an index finds them."""

RENDERING_LEASE = timedelta(minutes=10)
"""After so long without an end, a picture that was taken to be rendered is taken by another."""

MOST_ATTEMPTS = 3
GRACE = timedelta(days=1)
"""A file no row names is removed when it is older: its row may be on its way."""


def file_name(given: str, extension: str) -> str:
    """A name that any file system and header takes: the last part of what was given, without what
    is invisible or means something to a shell, with the extension its content has."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(
        c for c in NOT_IN_NAMES.sub("", last) if unicodedata.category(c) not in INVISIBLE
    )
    stem, dot, _ = plain.rpartition(".")
    words = " ".join((stem if dot else plain).split()).strip(". ")
    return f"{words[:LONGEST_NAME].rstrip('. ') or 'file'}.{extension}"


def widths_for(width: int) -> list[int]:
    """Widths in which a picture of that width is shown; never more than it has."""
    return sorted({*(known for known in WIDTHS if known < width), min(width, WIDTHS[-1])})


def bands(look: int) -> list[int]:
    """The bytes of a picture's look, each with its place: 0 to 2047, all different."""
    return [place * 256 + (look >> (8 * place)) % 256 for place in range(BANDS)]


def due_after(attempts: int) -> timedelta:
    """How long a picture that failed so often waits for its next attempt."""
    return timedelta(seconds=30 * 4**attempts)


def original_key(sha256: str) -> str:
    """Where a file stands in the store, by its content."""
    return f"{sha256[:2]}/{sha256}/original"


def rendition_key(sha256: str, width: int, format_: RenditionFormat) -> str:
    return f"{sha256[:2]}/{sha256}/{width}.{format_.lower()}"


def is_key(text: str) -> bool:
    """Whether a file, or a rendition, could stand at this place of the store."""
    return KEY.fullmatch(text) is not None


def sha256_of(key: str) -> str:
    """The content whose file, or rendition, stands at this place."""
    return key.split("/")[1]
