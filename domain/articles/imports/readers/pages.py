"""One HTML page: its article, without what stands around it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from lxml import etree, html

from domain.articles.imports.found import Found, Item, Rejected, Unreadable
from domain.articles.imports.readers.plain import decoded
from domain.articles.imports.readers.xml import moment

AROUND = (
    *("nav", "header", "footer", "aside", "form", "script", "style"),
    *("noscript", "template", "iframe", "button"),
)
TITLES = ("og:title", "twitter:title")
SUMMARIES = ("og:description", "description")
TIMES = ("article:published_time", "publishdate", "pubdate", "date")
AUTHORS = ("article:author", "author")
HEAD_BYTES = 4096
CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
LEAST_LETTERS = 40
"""A paragraph shorter than that says little of where the article stands."""


def read_page(content: bytes) -> Iterator[Item]:
    """In the encoding that it names, else in UTF-8 or GB18030."""
    text = DECLARATION.sub("", _text_in(content))
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(no_network=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable("this is no HTML page") from None
    meta = {
        (each.get("property") or each.get("name") or "").lower(): each.get("content", "").strip()
        for each in root.iter("meta")
    }
    address = _address(root, meta)
    title = _first(meta, TITLES) or _heading(root) or _text(root.find(".//title"))
    published_at = moment(_first(meta, TIMES) or _time(root))
    language = root.get("lang", "")
    for each in list(root.iter(*AROUND)):
        each.drop_tree()
    article = _article(root)
    if not title:
        yield Rejected(address or "the page", "it has no title")
        return
    yield Found(
        source_id=address or hashlib.sha256(content).hexdigest(),
        title=title,
        body=html.tostring(article, encoding="unicode"),
        summary=_first(meta, SUMMARIES)[:1000],
        author=_first(meta, AUTHORS),
        source_url=address if address.startswith("http") else "",
        language=language,
        published_at=published_at,
    )


def _text_in(content: bytes) -> str:
    named = CHARSET.search(content[:HEAD_BYTES])
    if named is not None:
        with suppress(LookupError, UnicodeDecodeError):
            name = named[1].decode().lower()
            return content.decode("gb18030" if name.startswith("gb") else name)
    return decoded(content)


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if meta.get(name)), "")


def _address(root: Any, meta: dict[str, str]) -> str:
    for link in root.iter("link"):
        if link.get("rel") == "canonical" and link.get("href"):
            return str(link.get("href"))
    return meta.get("og:url", "")


def _heading(root: Any) -> str:
    return _text(root.find(".//h1"))


def _time(root: Any) -> str:
    found = root.find(".//time[@datetime]")
    return "" if found is None else found.get("datetime", "")


def _text(element: Any) -> str:
    return "" if element is None else " ".join(element.text_content().split())


def _article(root: Any) -> Any:
    """<article> or <main>, else the element with the most long paragraphs straight below it."""
    for name in ("article", "main"):
        found = root.findall(f".//{name}")
        if len(found) == 1:
            return _without_title(found[0])
    best, most = root.find("body"), 0
    for element in root.iter("div", "section", "td", "body"):
        letters = sum(
            len(text) for each in element.findall("p") if len(text := _text(each)) >= LEAST_LETTERS
        )
        if letters > most:
            best, most = element, letters
    return _without_title(best if best is not None else root)


def _without_title(element: Any) -> Any:
    for heading in list(element.iter("h1")):
        heading.drop_tree()
    return element
