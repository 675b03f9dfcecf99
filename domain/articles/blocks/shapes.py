"""What blocks are made of: one struct for each type, as it stands in JSON.

Texts are lists of spans. What shows a file says which: `media`, the global id of one in the
library, or `url`, an address elsewhere. What is empty is left out of the JSON.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

Mark = Literal["strong", "em", "underline", "strike", "code", "sub", "sup"]


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Span(_Part, frozen=True):
    """A piece of text, of one look. A line feed in it is a line break. link: where it leads."""

    text: str
    marks: tuple[Mark, ...] = ()
    link: str = ""


Text: TypeAlias = tuple[Span, ...]


class _Block(_Part, frozen=True, kw_only=True, tag_field="type"):
    """id: short, unique in the body, kept through edits; empty: none yet."""

    id: str = ""


class Paragraph(_Block, frozen=True, kw_only=True, tag="paragraph"):
    text: Text


class Heading(_Block, frozen=True, kw_only=True, tag="heading"):
    """level: 2 to 6; 1 is the article's title."""

    text: Text
    level: int = 2


class Nested(_Part, frozen=True, kw_only=True):
    """A list within an item."""

    items: tuple[Item, ...]
    ordered: bool = False
    start: int = 1


class Item(_Part, frozen=True, kw_only=True):
    text: Text
    nested: Nested | None = None


class List(_Block, frozen=True, kw_only=True, tag="list"):
    """start: the first number of an ordered list."""

    items: tuple[Item, ...]
    ordered: bool = False
    start: int = 1


class Quote(_Block, frozen=True, kw_only=True, tag="quote"):
    """source: whose words these are."""

    text: Text
    source: str = ""


class Picture(_Part, frozen=True, kw_only=True):
    """An image of a gallery. alt: what who cannot see it is told."""

    media: str = ""
    url: str = ""
    alt: str = ""
    caption: str = ""


class Image(_Block, frozen=True, kw_only=True, tag="image"):
    """alt: what who cannot see it is told."""

    media: str = ""
    url: str = ""
    alt: str = ""
    caption: str = ""


class Gallery(_Block, frozen=True, kw_only=True, tag="gallery"):
    images: tuple[Picture, ...]
    caption: str = ""


class Video(_Block, frozen=True, kw_only=True, tag="video"):
    """poster: the global id of the image shown before it plays."""

    media: str = ""
    url: str = ""
    poster: str = ""
    caption: str = ""


class Audio(_Block, frozen=True, kw_only=True, tag="audio"):
    media: str = ""
    url: str = ""
    caption: str = ""


class Table(_Block, frozen=True, kw_only=True, tag="table"):
    """rows: of cells, all of one length. header: whether the first row names the columns."""

    rows: tuple[tuple[Text, ...], ...]
    header: bool = False
    caption: str = ""


class Embed(_Block, frozen=True, kw_only=True, tag="embed"):
    """Something of another site, shown as a link there."""

    url: str
    title: str = ""
    caption: str = ""


class Attachment(_Block, frozen=True, kw_only=True, tag="attachment"):
    """A file to take along. name: as it is shown."""

    name: str
    media: str = ""
    url: str = ""


Block: TypeAlias = (
    Paragraph
    | Heading
    | List
    | Quote
    | Image
    | Gallery
    | Video
    | Audio
    | Table
    | Embed
    | Attachment
)


def loaded(stored_blocks: Any) -> tuple[Block, ...]:
    """Blocks as they were stored. Raises msgspec.ValidationError for what was not."""
    return msgspec.convert(stored_blocks, tuple[Block, ...])


def stored(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """As JSON has them."""
    found: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(blocks))
    return found
