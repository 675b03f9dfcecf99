"""What checks look at: a subject in parts, each of one block of its body; and what they know of
everything else. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class TermKind(StrEnum):
    """LEADER: a name, whose suggestion is the title that belongs before it."""

    SENSITIVE = "SENSITIVE"
    INCORRECT = "INCORRECT"
    LEADER = "LEADER"


@dataclass(frozen=True, slots=True)
class Picture:
    """alt: what who cannot see it is told."""

    name: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One block, or the title (of no block). links: where it leads."""

    block: str = ""
    texts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """source: whom it was taken from, or who wrote it; empty when nobody said."""

    parts: tuple[Part, ...]
    source: str = ""

    @property
    def text(self) -> str:
        return "\n".join(text for part in self.parts for text in part.texts)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Block and address, each address once."""
        found: dict[str, str] = {}
        for part in self.parts:
            for link in part.links:
                found.setdefault(link, part.block)
        return [(block, link) for link, block in found.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """suggestion: what should stand instead; of a leader, the title."""

    kind: TermKind
    word: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Twin:
    """Something public that says nearly the same. id: its global id."""

    id: str
    title: str
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """terms: those that hold where the subject is. twins: what is public and nearly the same.
    described: names of pictures whose library says what they show."""

    terms: Sequence[Term] = ()
    twins: Sequence[Twin] = ()
    described: frozenset[str] = frozenset()


SHOWS = frozenset({"image"})
TEXTS = frozenset({"caption", "source", "title", "name"})


def part_of_block(block: Mapping[str, Any]) -> Part:
    """One block of a body as it is stored (domain/articles): whatever its type, its texts are lists
    of spans, pictures have `alt`, and links stand in `link` and `url`."""
    return Part(
        block=str(block.get("id", "")),
        texts=tuple(filter(None, _texts(block))),
        pictures=tuple(_pictures(block)),
        links=tuple(_links(block)),
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in TEXTS and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        if _is_line(value):
            yield "".join(span["text"] for span in value)
            return
        for item in value:
            yield from _texts(item)


def _is_line(value: list[Any]) -> bool:
    """Whether these are spans: pieces of one text."""
    return bool(value) and all(
        isinstance(item, Mapping) and isinstance(item.get("text"), str) for item in value
    )


def _pictures(block: Mapping[str, Any]) -> Iterator[Picture]:
    shown = [block] if block.get("type") in SHOWS else block.get("images", [])
    for picture in shown:
        name = picture.get("media") or picture.get("url", "")
        yield Picture(str(name), str(picture.get("alt", "")))


def _links(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _links(item)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in ("link", "url") and isinstance(inner, str):
                if inner.startswith(("http://", "https://")):
                    yield inner
            else:
                yield from _links(inner)
