"""Pictures: measured when they come, decoded and made smaller when there is time. Everything here
takes processor time and memory: it runs in a thread of its own, of a worker where it can.

Pillow is loaded with this module: it is imported where a picture is at hand, not at start.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError, features

from domain.media.rules import JPEG_WIDTH, MOST_PIXELS, WIDTHS, RenditionFormat, widths_for
from domain.problems import Invalid

Image.MAX_IMAGE_PIXELS = None
"""Pillow only warns at its own limit; ours is looked at as soon as a header is read."""

FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
ORIENTATION = 0x0112
TURNED = frozenset({5, 6, 7, 8})
"""Orientations in which width and height change places (EXIF 2.3, 4.6.4)."""

DRAFT = 2 * WIDTHS[-1]
"""A JPEG is decoded at a part of its size where both sides stay at least so long."""

WEBP_LONGEST = 16_383
"""Pixels on a side that the format has room for."""

SAVED = {
    RenditionFormat.AVIF: {"quality": 60, "speed": 8},
    RenditionFormat.WEBP: {"quality": 80, "method": 4},
    RenditionFormat.JPEG: {"quality": 82, "progressive": True, "optimize": True},
}
UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, EOFError, MemoryError, IndexError)
"""What Pillow raises of broken files, besides its own UnidentifiedImageError, an OSError."""


@dataclass(frozen=True, slots=True)
class Rendition:
    format: RenditionFormat
    width: int
    height: int
    data: bytes


@contextmanager
def _opened(path: Path, mime: str) -> Iterator[Image.Image]:
    """Its header is read; raises Invalid for what is no picture of that type, or too large."""
    try:
        picture = Image.open(path, formats=[FORMATS[mime]])
    except (UnidentifiedImageError, *UNREADABLE):
        raise _broken() from None
    with picture:
        pixels = picture.width * picture.height
        if not 0 < pixels <= MOST_PIXELS:
            raise Invalid(
                f"the picture has {pixels:,} pixels, {MOST_PIXELS:,} are the most",
                path=("file",),
                code="TOO_LARGE",
            )
        yield picture


def measure(path: Path, mime: str) -> tuple[int, int]:
    """Width and height as it is to be seen. Little is read. Raises Invalid."""
    with _opened(path, mime) as picture:
        return (picture.height, picture.width) if _is_turned(picture) else picture.size


def _is_turned(picture: Image.Image) -> bool:
    """A PNG that did not say so in its header would be decoded to find out: it is not asked."""
    if picture.format == "PNG" and "exif" not in picture.info:
        return False
    try:
        return picture.getexif().get(ORIENTATION) in TURNED
    except UNREADABLE:
        return False


def renditions(path: Path, mime: str) -> tuple[int, list[Rendition]]:
    """The picture's look, and itself in all sizes and formats, turned as its camera says, in sRGB,
    without anything else that stood in the file. Raises Invalid for what cannot be decoded."""
    with _opened(path, mime) as picture:
        try:
            picture.draft(None, (DRAFT, DRAFT))
            upright = _upright(picture)
        except UNREADABLE:
            raise _broken() from None
    return look_of(upright), list(_all_sizes(upright))


def _broken() -> Invalid:
    return Invalid("the picture cannot be read", path=("file",), code="BROKEN")


def _upright(picture: Image.Image) -> Image.Image:
    """Its first frame, as RGB or RGBA in sRGB."""
    picture.load()
    turned = ImageOps.exif_transpose(picture)
    has_alpha = "A" in turned.getbands() or "transparency" in turned.info
    profile = turned.info.get("icc_profile")
    if profile and not has_alpha:
        with suppress(ImageCms.PyCMSError, *UNREADABLE):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            managed = ImageCms.profileToProfile(
                turned, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            turned = managed or turned
    plain = turned.convert("RGBA" if has_alpha else "RGB")
    plain.info.clear()
    return plain


def _all_sizes(picture: Image.Image) -> Iterator[Rendition]:
    modern = [RenditionFormat.WEBP]
    if features.check("avif"):
        modern.append(RenditionFormat.AVIF)
    for width in widths_for(picture.width):
        sized = _sized(picture, width)
        for format_ in modern:
            if format_ is RenditionFormat.AVIF or sized.height <= WEBP_LONGEST:
                yield _saved(sized, format_)
    yield _saved(_flat(_sized(picture, min(picture.width, JPEG_WIDTH))), RenditionFormat.JPEG)


def _sized(picture: Image.Image, width: int) -> Image.Image:
    if width == picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _flat(picture: Image.Image) -> Image.Image:
    """On white, for formats that cannot be seen through."""
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _saved(picture: Image.Image, format_: RenditionFormat) -> Rendition:
    into = io.BytesIO()
    picture.save(into, format_, **SAVED[format_])
    return Rendition(format_, picture.width, picture.height, into.getvalue())


def look_of(picture: Image.Image) -> int:
    """Its difference hash, 64 bits with a sign: whether each of 8 by 8 places is brighter than its
    right neighbour. Little changes in it when a picture is scaled or compressed anew."""
    small = _flat(picture).convert("L").resize((9, 8), Image.Resampling.BOX)
    grey = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            place = 9 * row + column
            bits = 2 * bits + (grey[place] > grey[place + 1])
    return bits - 2**64 if bits >= 2**63 else bits
