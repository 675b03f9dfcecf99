"""A body as plain text: what is read aloud, counted and searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.articles.blocks.shapes import (
    Attachment,
    Audio,
    Block,
    Embed,
    Gallery,
    Heading,
    Image,
    Item,
    List,
    Paragraph,
    Quote,
    Table,
    Video,
)
from domain.articles.blocks.spans import said


def to_plain(blocks: Iterable[Block]) -> str:
    """A blank line between blocks, a line for each item, row and caption."""
    return "\n\n".join(filter(None, map(block_text, blocks)))


def block_text(block: Block) -> str:
    """What a block says; empty when it only shows something."""
    return "\n".join(filter(None, _lines(block)))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text=text) | Heading(text=text):
            yield said(text)
        case List(items=items):
            yield from _items(items)
        case Quote(text=text, source=source):
            yield from (said(text), source)
        case Image(caption=caption) | Video(caption=caption) | Audio(caption=caption):
            yield caption
        case Gallery(images=images, caption=caption):
            yield from (*(image.caption for image in images), caption)
        case Table(rows=rows, caption=caption):
            yield caption
            yield from ("\t".join(map(said, row)).strip() for row in rows)
        case Embed(title=title, caption=caption):
            yield from (title, caption)
        case Attachment(name=name):
            yield name


def _items(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        yield said(item.text)
        if item.nested is not None:
            yield from _items(item.nested.items)
