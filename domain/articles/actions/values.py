"""What an editor may give of an article, and the checks that creating and editing share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import text
from domain.articles.blocks import (
    Block,
    check_blocks,
    from_html,
    from_markdown,
    stored,
    to_html,
    to_plain,
)
from domain.articles.html import sanitise
from domain.articles.rules import check_keywords, check_language, check_slug, check_tags
from domain.ids import parse_id
from domain.problems import Invalid
from domain.web_addresses import web_address

BODIES: dict[str, Callable[[Any], tuple[Block, ...]]] = {
    "body": from_html,
    "markdown": from_markdown,
    "blocks": check_blocks,
}
"""The ways in which a body is given."""

MOST_CREDITS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What an article says. None: not given.

    body: HTML, what is unsafe in it is taken out; markdown; blocks, as JSON has them: one of them.
    cover, category_id: global id of an image and of a category; empty: none.
    credits: {role, name}, who else took part. reason: why it is saved.
    """

    title: str | None = None
    subtitle: str | None = None
    summary: str | None = None
    body: str | None = None
    markdown: str | None = None
    blocks: Sequence[Any] | None = None
    cover: str | None = None
    category_id: str | None = None
    tags: Sequence[str] | None = None
    keywords: Sequence[str] | None = None
    language: str | None = None
    source: str | None = None
    source_url: str | None = None
    credits: Sequence[Mapping[str, str]] | None = None
    share_title: str | None = None
    share_summary: str | None = None
    reason: str = ""


def _line(name: str, longest: int, *, required: bool = False) -> Callable[[str], str]:
    return lambda value: text.line(value, path=(name,), longest=longest, required=required)


def _prose(name: str, longest: int) -> Callable[[str], str]:
    return lambda value: text.prose(value, path=(name,), longest=longest)


def _cover(id_: str) -> str | None:
    if id_:
        parse_id(id_, "Media", path=("cover",))
    return id_ or None


def _category(id_: str) -> int | None:
    return parse_id(id_, "Category", path=("category_id",))[1] if id_ else None


def _credits(given: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Raises Invalid that names the credit's place."""
    found = [
        {
            name: text.line(credit[name], path=("credits", str(index), name), longest=longest)
            for name, longest in (("role", 32), ("name", 100))
        }
        for index, credit in enumerate(given)
    ]
    if len(found) > MOST_CREDITS:
        raise Invalid(
            f"there are {len(found)} credits, {MOST_CREDITS} are the most",
            path=("credits",),
            code="TOO_MANY",
        )
    return found


CHECKS: dict[str, Callable[[Any], Any]] = {
    "title": _line("title", 300, required=True),
    "slug": check_slug,
    "subtitle": _line("subtitle", 300),
    "summary": _prose("summary", 1000),
    "category_id": _category,
    "cover": _cover,
    "tags": check_tags,
    "keywords": check_keywords,
    "language": check_language,
    "source": _line("source", 200),
    "source_url": lambda value: web_address(value, path=("source_url",), longest=2000),
    "credits": _credits,
    "share_title": _line("share_title", 300),
    "share_summary": _prose("share_summary", 1000),
    "author_id": int,
    "organization_id": int,
}


def check_values(given: Any) -> dict[str, Any]:
    """What is given, checked and as it is stored, by column. Raises Invalid."""
    found = {name: getattr(given, name, None) for name in CHECKS}
    return {name: CHECKS[name](value) for name, value in found.items() if value is not None}


def check_body(writing: Writing) -> tuple[Block, ...] | None:
    """The body, in whichever way it is given. Raises Invalid when it is in two."""
    given = {name: getattr(writing, name) for name in BODIES}
    found = {name: value for name, value in given.items() if value is not None}
    if len(found) > 1:
        names = " and ".join(f"`{name}`" for name in found)
        raise Invalid(f"give one body, not {names}", path=(list(found)[1],), code="TOO_MANY_BODIES")
    return next((BODIES[name](value) for name, value in found.items()), None)


def check_reason(reason: str) -> str:
    return text.line(reason, path=("reason",), longest=500, required=False)


def rendered(blocks: tuple[Block, ...]) -> dict[str, Any]:
    """What an article keeps of a body, by column. Raises Invalid for one too long as HTML."""
    body = sanitise(to_html(blocks), path=("blocks",))
    return {"blocks": stored(blocks), "body": body, "plain_text": to_plain(blocks)}
