"""Raw text as scrapers leave it: the first line is the title, each other line a paragraph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from html import escape

from domain.articles.imports.found import Found, Item, Rejected, Unreadable

ENCODINGS = ("utf-8-sig", "gb18030")


def read_plain(content: bytes) -> Iterator[Item]:
    lines = [line.strip() for line in decoded(content).splitlines()]
    paragraphs = [line for line in lines if line]
    if not paragraphs:
        yield Rejected("the text", "it is empty")
        return
    title, *rest = paragraphs
    yield Found(
        source_id=hashlib.sha256(content).hexdigest(),
        title=title[:300],
        body="".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in rest),
    )


def decoded(content: bytes) -> str:
    """Raises Unreadable for what is no text in UTF-8 or GB18030."""
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("the text is neither UTF-8 nor GB18030")
