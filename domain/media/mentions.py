"""Which files an article's content mentions, and which of its pictures nobody describes. Pure.

Content is what a revision keeps: blocks as JSON, and the cover's global id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.ids import MAX_ID, SHAPE

Path = tuple[str, ...]
NAMING = ("media", "poster")
"""Keys of a block, or of a part of one, under which the global id of a file stands."""

IMAGE, GALLERY = "image", "gallery"


class Picture(NamedTuple):
    """A picture of a body. path: of its alternative text. media_id: None for one from elsewhere."""

    path: Path
    media_id: int | None
    alt: str


def mentioned(content: Mapping[str, Any]) -> dict[int, Path]:
    """The numbers of all files, each with the place where it is mentioned first."""
    found: dict[int, Path] = {}
    for path, id_ in (*_ids(content.get("blocks") or [], ("blocks",)), *_cover(content)):
        number = number_of(id_)
        if number is not None:
            found.setdefault(number, path)
    return found


def number_of(id_: str) -> int | None:
    """Of a file's global id; None for what is none."""
    shape = SHAPE.fullmatch(id_)
    if shape is None or shape[1] != "Media" or int(shape[2]) > MAX_ID:
        return None
    return int(shape[2])


def pictures(content: Mapping[str, Any]) -> Iterator[Picture]:
    """Of image blocks and galleries, in order."""
    for index, block in enumerate(content.get("blocks") or []):
        path = ("blocks", str(index))
        if block.get("type") == IMAGE:
            yield _picture(block, path)
        elif block.get("type") == GALLERY:
            for place, image in enumerate(block.get("images", [])):
                yield _picture(image, (*path, "images", str(place)))


def _picture(of: Mapping[str, Any], path: Path) -> Picture:
    return Picture((*path, "alt"), number_of(of.get("media", "")), of.get("alt", "").strip())


def _cover(content: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    if cover := content.get("cover"):
        yield ("cover",), cover


def _ids(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _ids(inner, (*path, str(index)))
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in NAMING and isinstance(inner, str):
                yield (*path, key), inner
            else:
                yield from _ids(inner, (*path, key))
