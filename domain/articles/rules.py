"""What an article is and what may become of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from domain import text
from domain.problems import Conflict, Invalid, NotFound


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
MOST_KEYWORDS = 50
LONGEST_KEYWORD = 64
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
"""What of BCP 47 an article needs: zh-CN, zh-Hant-TW, en."""

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


def page_of(slug: str) -> str:
    """The path of the article's page: where links to it lead, below the deployment's address."""
    return f"/articles/{quote(slug, safe='')}"


def slug_from(title: str, nameless: str = "article") -> str:
    """A slug for a title: its letters and digits of any script, lower case, hyphens between.
    nameless: for a title that has neither."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", title).lower())
    words = BETWEEN_WORDS.sub("-", plain).strip("-")
    return words[:LONGEST_MADE_SLUG].rstrip("-") or nameless


def numbered(slug: str, start: int, count: int) -> Iterator[str]:
    """The slugs to try in turn where `slug` itself is number 1: slug, slug-2, slug-3 …"""
    for number in range(start, start + count):
        yield slug if number == 1 else f"{slug}-{number}"


def check_tags(tags: Iterable[str]) -> list[str]:
    """Each once, in the order given. Raises Invalid that names the tag's place."""
    return _each_once(tags, "tags", MOST_TAGS, LONGEST_TAG)


def check_keywords(keywords: Iterable[str]) -> list[str]:
    """What search engines are told. Raises Invalid that names the keyword's place."""
    return _each_once(keywords, "keywords", MOST_KEYWORDS, LONGEST_KEYWORD)


def _each_once(given: Iterable[str], place: str, most: int, longest: int) -> list[str]:
    known = [
        text.line(each, path=(place, str(index)), longest=longest)
        for index, each in enumerate(given)
    ]
    once = list(dict.fromkeys(known))
    if len(once) > most:
        raise Invalid(
            f"there are {len(once)} {place}, {most} are the most", path=(place,), code="TOO_MANY"
        )
    return once


def check_language(language: str) -> str:
    """Raises Invalid."""
    if not LANGUAGE.fullmatch(language):
        raise Invalid(
            "a language is a tag such as zh-CN or en", path=("language",), code="INVALID_LANGUAGE"
        )
    return language


def check_seen(version: int | None, revision: int | None, placed: Iterable[str]) -> None:
    """What an editor says they saw. placed: columns to change that are in no revision. Raises
    Invalid."""
    if (version is None) == (revision is None):
        raise Invalid("give either the `version` or the `revision` you saw", path=("version",))
    for name in placed if version is None else ():
        raise Invalid(
            "this is in no revision: give the `version` you saw", path=(name,), code="NEEDS_VERSION"
        )


def check_number(number: int, newest: int, place: str = "number") -> None:
    """Whether there is a revision of that number. Raises NotFound."""
    if not 1 <= number <= newest:
        raise NotFound("there is no such revision", path=(place,))


def first_published(at_source: datetime | None, now: datetime) -> datetime:
    """When an article that goes public now first was, so that it stands in lists at its own time:
    where it was taken from, unless that is said to be still to come."""
    return at_source if at_source is not None and at_source <= now else now


def check_publishable(public: int | None, number: int) -> None:
    """public: the revision that is public now. Raises Conflict."""
    if public == number:
        raise Conflict("this revision is public already", code="WRONG_STATUS")


def check_withdrawable(status: ArticleStatus) -> None:
    """Raises Conflict."""
    if status is not ArticleStatus.PUBLISHED:
        raise Conflict("only a published article can be withdrawn", code="WRONG_STATUS")
