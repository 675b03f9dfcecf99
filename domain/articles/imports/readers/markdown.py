"""One file of Markdown, with or without front matter in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import yaml

from domain.articles.imports.found import Found, Item, Rejected, Unreadable
from domain.articles.imports.readers.plain import decoded
from domain.articles.imports.readers.xml import moment

FRONT = re.compile(r"\A---\s*\n(.*?)\n(?:---|\.\.\.)\s*(?:\n|\Z)", re.DOTALL)
LONGEST_FRONT = 20_000
PUBLIC = (None, "PUBLISHED", "published", "publish")
"""What front matter says of an article that is public."""
TITLE = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")


def read_markdown(content: bytes, place: str) -> Iterator[Item]:
    """place: the file's, within its folder: what the article is known by unless it has an id."""
    text = decoded(content).replace("\r\n", "\n")
    front, text = _parted(text)
    heading = TITLE.match(text)
    title = _line(front.get("title")) or (heading[1] if heading else "")
    if heading and title == heading[1]:
        text = text[heading.end() :]
    if not title:
        yield Rejected(place, "it has no title: neither in its front matter nor as a heading")
        return
    tags = _list(front.get("tags"))
    yield Found(
        source_id=_line(front.get("id")) or place,
        title=title,
        markdown=text,
        summary=_line(front.get("summary") or front.get("description")),
        author=_line(front.get("author")),
        category=_category(front),
        tags=tuple(tags),
        source_url=_line(front.get("source_url") or front.get("canonical_url")),
        language=_line(front.get("language") or front.get("lang")),
        published_at=_moment(front.get("date")),
        is_public=front.get("draft") is not True and front.get("status") in PUBLIC,
    )


def _category(front: dict[str, Any]) -> tuple[str, ...]:
    """The path of names under `category`; else the first of `categories`, which stand beside each
    other."""
    if path := _list(front.get("category")):
        return tuple(path)
    return tuple(_list(front.get("categories"))[:1])


def _parted(text: str) -> tuple[dict[str, Any], str]:
    """The front matter and the rest."""
    found = FRONT.match(text)
    if found is None:
        return {}, text
    if len(found[1]) > LONGEST_FRONT:
        raise Unreadable("the front matter is too long")
    try:
        front = yaml.safe_load(found[1])
    except yaml.YAMLError:
        raise Unreadable("the front matter is no YAML") from None
    if not isinstance(front, dict):
        raise Unreadable("the front matter has no names")
    return front, text[found.end() :]


def _line(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _list(value: Any) -> list[str]:
    values = (
        value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    )
    return list(dict.fromkeys(text for each in values if (text := _line(each))))


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    return moment(value) if isinstance(value, str) else None
