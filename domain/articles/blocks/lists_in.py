"""Lists of HTML, with those within their items."""

from __future__ import annotations

from collections.abc import Iterator

from domain.articles.blocks.checks import DEEPEST_LIST, HIGHEST_START
from domain.articles.blocks.inline import text_of
from domain.articles.blocks.shapes import Item, List, Nested
from domain.articles.blocks.spans import tidy
from domain.articles.blocks.tree import Element

LISTS = ("ul", "ol")


def list_of(element: Element) -> List | None:
    """None when nothing stands in it."""
    items = tuple(_items(element, 1))
    if not items:
        return None
    return List(items=items, ordered=element.tag == "ol", start=_start(element))


def _start(element: Element) -> int:
    given = element.attributes.get("start", "")
    known = element.tag == "ol" and given.isascii() and given.isdigit() and len(given) < 10
    return min(int(given), HIGHEST_START) if known else 1


def _items(element: Element, depth: int) -> Iterator[Item]:
    """An item without words of its own gives way to those within it; so does one too deep."""
    for child in element.children:
        if not isinstance(child, Element):
            continue
        lists = [child] if child.tag in LISTS else list(child.elements(*LISTS))
        text = tidy(text_of(_own(child)))
        within = [item for found in lists for item in _items(found, depth + 1)]
        if text and within and depth < DEEPEST_LIST:
            first = lists[0]
            nested = Nested(items=tuple(within), ordered=first.tag == "ol", start=_start(first))
            yield Item(text=text, nested=nested)
            continue
        if text:
            yield Item(text=text)
        yield from within


def _own(element: Element) -> list[Element | str]:
    """An item's children without the lists, wherever they stand in it."""
    if element.tag in LISTS:
        return []
    found: list[Element | str] = []
    for child in element.children:
        if isinstance(child, str):
            found.append(child)
        elif child.tag not in LISTS:
            found.append(Element(child.tag, child.attributes, _own(child)))
    return found
