"""The text within a block of HTML, as spans."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TypeAlias
from urllib.parse import quote

from domain.articles.blocks.checks import LONGEST_URL
from domain.articles.blocks.shapes import Mark, Span
from domain.articles.blocks.tree import Element

MARKS: dict[str, Mark] = {
    "strong": "strong",
    "b": "strong",
    "em": "em",
    "i": "em",
    "u": "underline",
    "ins": "underline",
    "s": "strike",
    "del": "strike",
    "code": "code",
    "kbd": "code",
    "pre": "code",
    "sub": "sub",
    "sup": "sup",
}
INLINE_ONLY = ("a", "abbr", "br", "cite", "mark", "q", "rp", "rt", "ruby", "small", "span", "time")
INLINE = {*MARKS, *INLINE_ONLY} - {"pre"}
UNSAFE = re.compile(r"[\s\\<>]")
SPACE = " \t\r\n\f"
Spans: TypeAlias = list[Span]


def is_inline(node: Element | str) -> bool:
    """Whether it stands within a line: a text, or an element that holds nothing but such. An image
    does too, though it becomes a block."""
    if isinstance(node, str):
        return True
    return node.tag == "img" or (node.tag in INLINE and all(map(is_inline, node.children)))


def pieces(children: Iterable[Element | str]) -> Iterator[Spans | Element]:
    """Texts, and the images between them. A text ends at two line breaks too."""
    spans: Spans = []
    for found in _walk(children, (), ""):
        is_second = isinstance(found, Span) and found.text == "\n" and _ends_with_break(spans)
        if isinstance(found, Span) and not is_second:
            spans.append(found)
            continue
        yield spans
        spans = []
        if isinstance(found, Element):
            yield found
    yield spans


def _ends_with_break(spans: Spans) -> bool:
    for span in reversed(spans):
        if span.text == "\n":
            return True
        if span.text.strip(SPACE):
            return False
    return False


def text_of(children: Iterable[Element | str]) -> Spans:
    """All text in one, a line for each block in it; images are left out."""
    return [found for found in _walk(children, (), "") if isinstance(found, Span)]


def _walk(
    children: Iterable[Element | str], marks: tuple[Mark, ...], link: str
) -> Iterator[Span | Element]:
    """Spans and images in order. A line feed is a break: in the HTML's own text it is a space."""
    for child in children:
        if isinstance(child, str):
            yield Span(_spaced(child), marks, link)
        elif child.tag == "br":
            yield Span("\n", marks, link)
        elif child.tag == "img":
            yield child
        else:
            yield from _within(child, marks, link)


def _spaced(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, SPACE), " "))


def _within(element: Element, marks: tuple[Mark, ...], link: str) -> Iterator[Span | Element]:
    own = MARKS.get(element.tag)
    marks = (*marks, own) if own and own not in marks else marks
    link = link_of(element) if element.tag == "a" else link
    ends_line = element.tag not in INLINE
    if ends_line:
        yield Span("\n")
    if element.tag == "pre":
        for line in element.children:
            yield from _lines(line, marks, link)
    else:
        yield from _walk(element.children, marks, link)
    if ends_line:
        yield Span("\n")


def link_of(element: Element) -> str:
    """Where it leads, in the form links have in blocks; empty when it is too long."""
    given = unicodedata.normalize("NFC", element.attributes.get("href", "").strip())
    link = UNSAFE.sub(lambda found: quote(found[0]), given)
    return link if len(link) <= LONGEST_URL else ""


def _lines(child: Element | str, marks: tuple[Mark, ...], link: str) -> Iterator[Span | Element]:
    """What is set as it is written: its line feeds are breaks."""
    if isinstance(child, str):
        yield Span(child, marks, link)
    else:
        yield from _within(child, marks, link)
