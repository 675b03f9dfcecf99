"""An article as a DOCX document, for who works on paper, with its pictures. What shows another file
says where it is."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from docx import Document
from docx.shared import Inches

from domain.articles.blocks import loaded
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
    Nested,
    Paragraph,
    Picture,
    Quote,
    Table,
    Text,
    Video,
)
from domain.articles.exports.selection import Exported

DEEPEST_STYLE = 3
"""Word's template has styles for so many levels of a list."""


LARGEST_INCHES = 6
Pictures: TypeAlias = Mapping[str, bytes]


def as_word(article: Exported, pictures: Pictures) -> bytes:
    """pictures: JPEG files of the library, by global id."""
    document = Document()
    content = article.content
    document.core_properties.title = content["title"]
    document.core_properties.author = article.author
    document.add_paragraph(content["title"], style="Title")
    if content.get("subtitle"):
        document.add_paragraph(content["subtitle"], style="Subtitle")
    for block in loaded(content["blocks"]):
        _add(document, block, pictures)
    into = io.BytesIO()
    document.save(into)
    return into.getvalue()


def _add(document: Any, block: Block, pictures: Pictures) -> None:
    match block:
        case Paragraph(text=text):
            _runs(document.add_paragraph(), text)
        case Heading(text=text, level=level):
            _runs(document.add_heading(level=level - 1), text)
        case List():
            _items(document, block, 1)
        case Quote(text=text, source=source):
            _runs(document.add_paragraph(style="Quote"), text)
            if source:
                document.add_paragraph(f"—— {source}", style="Quote")
        case Table():
            _table(document, block)
        case Gallery(images=images):
            _shown(document, images, pictures)
        case Embed(url=url, title=title, caption=caption):
            document.add_paragraph(_words(title, caption, url))
        case Image() | Video() | Audio() | Attachment():
            _shown(document, (block,), pictures)


def _runs(paragraph: Any, text: Text) -> None:
    for span in text:
        run = paragraph.add_run(span.text)
        run.bold = "strong" in span.marks or None
        run.italic = "em" in span.marks or None
        run.underline = "underline" in span.marks or None
        run.font.strike = "strike" in span.marks or None
        run.font.subscript = "sub" in span.marks or None
        run.font.superscript = "sup" in span.marks or None
        if span.link:
            paragraph.add_run(f" ({span.link})")


def _items(document: Any, block: List | Nested, depth: int) -> None:
    style = "List Number" if block.ordered else "List Bullet"
    level = "" if depth == 1 else f" {min(depth, DEEPEST_STYLE)}"
    item: Item
    for item in block.items:
        _runs(document.add_paragraph(style=style + level), item.text)
        if item.nested is not None:
            _items(document, item.nested, depth + 1)


def _table(document: Any, block: Table) -> None:
    table = document.add_table(len(block.rows), len(block.rows[0]), style="Table Grid")
    for row, cells in zip(table.rows, block.rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            _runs(cell.paragraphs[0], text)
    if block.caption:
        document.add_paragraph(block.caption, style="Caption")


Shows = Image | Picture | Video | Audio | Attachment


def _shown(document: Any, blocks: Iterable[Shows], pictures: Pictures) -> None:
    for block in blocks:
        if isinstance(block, Image | Picture) and block.media in pictures:
            _picture(document, block, pictures[block.media])
            continue
        said = [getattr(block, name, "") for name in ("alt", "name", "caption", "url", "media")]
        document.add_paragraph(_words(*said), style="Caption")


def _picture(document: Any, block: Image | Picture, content: bytes) -> None:
    """As wide as on a screen, at most as the page; what it shows is said to who cannot see it."""
    shape = document.add_picture(io.BytesIO(content))
    width = min(shape.width, Inches(LARGEST_INCHES))
    shape.width, shape.height = width, int(shape.height * width / shape.width)
    shape._inline.docPr.set("descr", block.alt)
    if block.caption:
        document.add_paragraph(block.caption, style="Caption")


def _words(*texts: str) -> str:
    return " · ".join(text for text in texts if text)
