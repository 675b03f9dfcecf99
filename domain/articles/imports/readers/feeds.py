"""RSS 0.9 to 2.0 and Atom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from domain.articles.imports.found import Found, Item, Rejected, Unreadable
from domain.articles.imports.readers.xml import child_text, moment, name_of, parsed, text_of

ENTRIES = ("item", "entry")


def read_feed(content: bytes) -> Iterator[Item]:
    root = parsed(content)
    if name_of(root) not in ("rss", "feed", "RDF"):
        raise Unreadable("this XML is neither RSS nor Atom")
    channel = next((child for child in root if name_of(child) == "channel"), root)
    language = child_text(channel, "language") or root.get(
        "{http://www.w3.org/XML/1998/namespace}lang", ""
    )
    entries = [each for each in root.iter() if name_of(each) in ENTRIES]
    for number, entry in enumerate(entries, 1):
        yield _item(entry, number, language)


def _item(entry: Any, number: int, language: str) -> Item:
    title, link = child_text(entry, "title"), _link(entry)
    source_id = child_text(entry, "guid", "id") or link
    if not source_id:
        return Rejected(f"entry {number}", "it has neither an id nor an address")
    if not title:
        return Rejected(source_id, "it has no title")
    body = _html(entry, "encoded") or _html(entry, "content")
    summary = _html(entry, "description") or _html(entry, "summary")
    return Found(
        source_id=source_id,
        title=title,
        body=body or summary,
        summary=_plain(summary) if body else "",
        author=_author(entry),
        category=tuple(_categories(entry)[:1]),
        tags=tuple(_categories(entry)),
        source_url=link,
        language=language,
        published_at=moment(child_text(entry, "pubDate", "published", "date", "updated")),
    )


def _link(entry: Any) -> str:
    for child in entry:
        if name_of(child) == "link" and child.get("rel", "alternate") == "alternate":
            found: str = child.get("href") or text_of(child)
            if found:
                return found.strip()
    return ""


def _author(entry: Any) -> str:
    for child in entry:
        if name_of(child) in ("creator", "author"):
            return child_text(child, "name") or text_of(child)
    return ""


def _categories(entry: Any) -> list[str]:
    found = [child.get("term") or text_of(child) for child in entry if name_of(child) == "category"]
    return list(dict.fromkeys(text for text in found if text))


def _html(entry: Any, name: str) -> str:
    """What stands there as HTML: escaped, or as elements of XHTML."""
    for child in entry:
        if name_of(child) != name:
            continue
        if child.get("type") == "xhtml" and len(child):
            inner = "".join(etree.tostring(part, encoding="unicode") for part in child)
            return inner.strip()
        return text_of(child)
    return ""


def _plain(html: str) -> str:
    if not html.strip():
        return ""
    tree = etree.fromstring(f"<div>{html}</div>", etree.HTMLParser(no_network=True))
    words = " ".join("".join(tree.itertext()).split()) if tree is not None else ""
    return words[:1000]
