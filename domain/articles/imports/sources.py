"""Which format a source is of, and everything that is in it. A folder is read file by file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path

from domain.articles.imports.found import MOST_BYTES, MOST_ITEMS, Item, Rejected, Unreadable


class Format(StrEnum):
    """What a source is written in."""

    FEED = "feed"
    WORDPRESS = "wordpress"
    DOCX = "docx"
    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"


ENDINGS = {
    ".docx": Format.DOCX,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".rss": Format.FEED,
    ".atom": Format.FEED,
    ".txt": Format.TEXT,
}
LOOKED_AT = 20_000
WXR = re.compile(rb"wordpress\.org/export/|<wp:wxr_version")
FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
HTML = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)


def format_of(name: str, content: bytes) -> Format:
    """By what it says; by its name where it says nothing."""
    head = content[:LOOKED_AT]
    if head.startswith(b"PK\x03\x04"):
        return Format.DOCX
    for pattern, format_ in ((WXR, Format.WORDPRESS), (FEED, Format.FEED), (HTML, Format.HTML)):
        if pattern.search(head):
            return format_
    return ENDINGS.get(Path(name).suffix.lower(), Format.TEXT)


def read(name: str, content: bytes, format_: Format | None = None) -> Iterator[Item]:
    """What is in one file. name: the file's, within its folder. Raises Unreadable."""
    # The readers bring lxml, python-docx and a YAML reader: who imports nothing waits for none.
    from domain.articles.imports.readers.feeds import read_feed
    from domain.articles.imports.readers.markdown import read_markdown
    from domain.articles.imports.readers.pages import read_page
    from domain.articles.imports.readers.plain import read_plain
    from domain.articles.imports.readers.word import read_word
    from domain.articles.imports.readers.wordpress import read_wordpress

    readers = {
        Format.FEED: read_feed,
        Format.WORDPRESS: read_wordpress,
        Format.DOCX: read_word,
        Format.MARKDOWN: lambda content: read_markdown(content, name),
        Format.HTML: read_page,
        Format.TEXT: read_plain,
    }
    if len(content) > MOST_BYTES:
        raise Unreadable(f"it has more than {MOST_BYTES // 2**20} MiB")
    found = readers[format_ or format_of(name, content)](content)
    return islice(found, MOST_ITEMS)


def read_folder(folder: Path, format_: Format | None = None) -> Iterator[Item]:
    """Of each file whose name says what it is, in order; one that cannot be read is rejected.
    Links that lead out of the folder are not followed."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_ours = path.suffix.lower() in ENDINGS and path.resolve().is_relative_to(folder.resolve())
        if not is_ours or not path.is_file() or name.startswith("."):
            continue
        try:
            yield from read(name, path.read_bytes(), format_)
        except Unreadable as error:
            yield Rejected(name, str(error))
