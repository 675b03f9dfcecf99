"""Tables of HTML. A cell that spans several stands in the first of them."""

from __future__ import annotations

from domain.articles.blocks.inline import text_of
from domain.articles.blocks.shapes import Table, Text
from domain.articles.blocks.spans import tidy
from domain.articles.blocks.tree import Element

MOST_SPANNED = 100


def table_of(element: Element) -> Table | None:
    """None when it has no cells."""
    lines = list(element.elements("tr"))
    rows = [_row(line) for line in lines]
    width = max(map(len, rows), default=0)
    if width == 0:
        return None
    caption = " ".join(found.words() for found in element.elements("caption"))
    even = tuple(row + ((),) * (width - len(row)) for row in rows)
    return Table(rows=even, header=_is_header(element, lines[0]), caption=caption)


def _row(line: Element) -> tuple[Text, ...]:
    cells: list[Text] = []
    for cell in line.elements("td", "th"):
        cells += [tidy(text_of(cell.children)), *[()] * (_columns(cell) - 1)]
    return tuple(cells)


def _columns(cell: Element) -> int:
    given = cell.attributes.get("colspan", "")
    return (
        min(int(given), MOST_SPANNED) if given.isascii() and given.isdigit() and given != "0" else 1
    )


def _is_header(element: Element, first: Element) -> bool:
    """Whether the first row stands in the head, or all its cells say that they are names."""
    heads = [line for head in element.elements("thead") for line in head.elements("tr")]
    cells = list(first.elements("td", "th"))
    return heads[:1] == [first] or (bool(cells) and all(cell.tag == "th" for cell in cells))
