"""Markdown as blocks: CommonMark with GitHub's tables and strikethrough, and HTML within it.

It is read by way of HTML, so that there is one reader, and one sanitiser, for both.
"""

from __future__ import annotations

from markdown_it import MarkdownIt

from domain import text
from domain.articles.blocks.html_in import from_html
from domain.articles.blocks.shapes import Block
from domain.articles.html import LONGEST_BODY

DEEPEST = 20
"""What stands deeper, a quote in a list in a quote …, is text."""


def from_markdown(markdown: str, *, path: tuple[str, ...] = ("markdown",)) -> tuple[Block, ...]:
    """Raises Invalid."""
    known = text.prose(markdown, path=path, longest=LONGEST_BODY)
    return from_html(_reader().render(known), path=path)


def _reader() -> MarkdownIt:
    """Addresses are kept as they are written: the sanitiser looks at them."""
    reader = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign] # a rule of the instance
    reader.validateLink = lambda url: True  # type: ignore[method-assign] # likewise
    return reader
