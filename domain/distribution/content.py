"""What of an article goes out: its public title, summary and body, and the pictures in it; pure."""

from __future__ import annotations

import re
from html import unescape
from typing import Protocol
from urllib.parse import urlsplit

from domain.distribution.packages import Content

SOURCE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)"')
"""Of sanitised HTML, where every value stands in double quotes."""


class Public(Protocol):
    """An article as it is public. body: sanitised HTML. plain_text: the same without tags."""

    title: str
    summary: str
    body: str
    plain_text: str


def content_of(article: Public, url: str) -> Content:
    """url: where the whole of it stands; empty where that is not known."""
    return Content(
        title=article.title,
        summary=article.summary,
        html=article.body,
        text=article.plain_text,
        url=url,
        images=images_in(article.body),
    )


def images_in(html: str) -> list[str]:
    """Addresses of the pictures, each once, in the order of the text; those with a host."""
    found = (unescape(source) for source in SOURCE.findall(html))
    return [source for source in dict.fromkeys(found) if urlsplit(source).netloc]
