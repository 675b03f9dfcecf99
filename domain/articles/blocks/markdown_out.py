"""A body as Markdown that is read as the same blocks again.

What Markdown has no form for stands as HTML within it, each block on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.articles.blocks.html_out import block_html
from domain.articles.blocks.markdown_text import (
    address,
    escaped,
    guarded,
    line_of,
    lines_of,
)
from domain.articles.blocks.media_places import place_of
from domain.articles.blocks.shapes import (
    Block,
    Heading,
    Image,
    Item,
    List,
    Nested,
    Paragraph,
    Quote,
    Table,
    Text,
)

BULLETS, NUMBERS = "-*", ".)"
"""Two of each: a list beside a list needs another mark, or the two were one."""


def to_markdown(blocks: Iterable[Block]) -> str:
    """Ends with a line feed, unless there is nothing."""
    parts: list[str] = []
    before: Block | None = None
    turn = 0
    for block in blocks:
        turn = 1 - turn if _continues(before, block) else 0
        parts.append(_block(block, turn))
        before = block
    return "\n\n".join(parts) + "\n" if parts else ""


def _continues(before: Block | None, block: Block) -> bool:
    return isinstance(before, List) and isinstance(block, List) and before.ordered == block.ordered


def _block(block: Block, turn: int) -> str:
    match block:
        case Paragraph(text=text):
            return "\n".join(lines_of(text))
        case Heading(text=text, level=level):
            return f"{'#' * level} {line_of(text)}"
        case List():
            return "\n".join(_list(block, turn))
        case Quote(text=text, source=source):
            cited = ["", f"<cite>{escaped(source)}</cite>"] if source else []
            return "\n".join(f"> {line}".rstrip() for line in [*lines_of(text), *cited])
        case Image():
            return _image(block)
        case Table(header=True, caption="", rows=rows) if all(_is_plain(row) for row in rows):
            return "\n".join(_table(rows))
        case _:
            return block_html(block)


def _list(block: List | Nested, turn: int) -> Iterator[str]:
    for number, item in enumerate(block.items, start=block.start):
        mark = f"{number}{NUMBERS[turn]}" if block.ordered else BULLETS[turn]
        first, *rest = _item(item)
        yield f"{mark} {first}"
        yield from ((" " * (len(mark) + 1) + line).rstrip() for line in rest)


def _item(item: Item) -> Iterator[str]:
    yield from lines_of(item.text)
    if item.nested is not None:
        if item.nested.start != 1:  # only a list from 1 on may follow a line of text
            yield ""
        yield from _list(item.nested, 0)


def _image(image: Image) -> str:
    """A title is where Markdown has a caption."""
    place = address(place_of(image.media) if image.media else image.url)
    title = re.sub(r'([&"\\])', r"\\\1", guarded(image.caption))
    return f"![{escaped(image.alt)}]({place}" + (f' "{title}")' if title else ")")


def _is_plain(row: tuple[Text, ...]) -> bool:
    """Whether its cells can be told from the table around them."""
    return all("|" not in span.text and not span.link for text in row for span in text)


def _table(rows: tuple[tuple[Text, ...], ...]) -> Iterator[str]:
    head, *rest = rows
    yield _row(line_of(cell) for cell in head)
    yield _row("---" for _ in head)
    yield from (_row(line_of(cell) for cell in row) for row in rest)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
