"""What a reader finds in a source: articles, and what is none and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias


class PictureFile(NamedTuple):
    """name: as its sender calls it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One article of a source. source_id: the same whenever the source is read again.

    body: HTML; markdown: what stands instead. author: as the source calls them. category: the names
    on the way to it from the top of the source's own tree. source_url: where it is read there.
    published_at: when it was first published there; is_public: whether it is. pictures: files that
    came along, by the address under which the body shows them; cover: the address of the picture
    that stands for it. notes: what was left out.
    """

    source_id: str
    title: str
    body: str | None = None
    markdown: str | None = None
    summary: str = ""
    author: str = ""
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source_url: str = ""
    language: str = ""
    published_at: datetime | None = None
    is_public: bool = True
    pictures: Mapping[str, PictureFile] = field(default_factory=dict)
    cover: str = ""
    cover_alt: str = ""
    notes: tuple[str, ...] = ()


class Rejected(NamedTuple):
    """Something of the source that cannot be an article. place: where it stands there."""

    place: str
    why: str


Item: TypeAlias = Found | Rejected
Reader: TypeAlias = Callable[[bytes], Iterator[Item]]
"""Of a file's content; raises Unreadable when it is no such file at all."""


class Unreadable(Exception):
    """The source is not of the format; the message says why."""


MOST_BYTES = 256 * 2**20
MOST_ITEMS = 100_000
