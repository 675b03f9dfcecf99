"""What an article is and what may become of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from domain import text
from domain.problems import Conflict, Invalid


class ArticleStatus(StrEnum):
    """Where an article stands. Only PUBLISHED ones are public."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


LONGEST_SLUG = 200
LONGEST_MADE_SLUG = 80
"""A slug made from a title stays short enough for a link people pass on."""

MOST_TAGS = 20
LONGEST_TAG = 32

SLUG = re.compile(r"[^\s/?#]+")
BETWEEN_WORDS = re.compile(r"[\W_]+")


def check_slug(slug: str) -> str:
    """Raises Invalid."""
    known = text.line(slug, path=("slug",), longest=LONGEST_SLUG)
    if not SLUG.fullmatch(known) or known in {".", ".."}:
        raise Invalid(
            "a slug is one word without spaces, /, ? and #", path=("slug",), code="INVALID_SLUG"
        )
    return known


def slug_from(title: str) -> str:
    """A slug for a title: its letters and digits of any script, lower case, hyphens between."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", title).lower())
    words = BETWEEN_WORDS.sub("-", plain).strip("-")
    return words[:LONGEST_MADE_SLUG].rstrip("-") or "article"


def numbered(slug: str, start: int, count: int) -> Iterator[str]:
    """The slugs to try in turn where `slug` itself is number 1: slug, slug-2, slug-3 …"""
    for number in range(start, start + count):
        yield slug if number == 1 else f"{slug}-{number}"


def check_tags(tags: Iterable[str]) -> list[str]:
    """Each once, in the order given. Raises Invalid that names the tag's place."""
    known = [
        text.line(tag, path=("tags", str(index)), longest=LONGEST_TAG)
        for index, tag in enumerate(tags)
    ]
    once = list(dict.fromkeys(known))
    if len(once) > MOST_TAGS:
        raise Invalid(
            f"there are {len(once)} tags, {MOST_TAGS} are the most",
            path=("tags",),
            code="TOO_MANY",
        )
    return once


def check_publishable(public: int | None, number: int) -> None:
    """public: the revision that is public now. Raises Conflict."""
    if public == number:
        raise Conflict("this revision is public already", code="WRONG_STATUS")


def check_withdrawable(status: ArticleStatus) -> None:
    """Raises Conflict."""
    if status is not ArticleStatus.PUBLISHED:
        raise Conflict("only a published article can be withdrawn", code="WRONG_STATUS")
