"""What a category may be called, and where it stands among those beside it; pure."""

from __future__ import annotations

from collections.abc import Sequence

from domain import text
from domain.articles.rules import SLUG, slug_from
from domain.problems import Invalid

LONGEST_NAME = 64
LONGEST_SLUG = 64
DEEPEST = 8
"""Levels of the tree: an article is listed under each category above its own."""


def check_name(name: str) -> str:
    """Raises Invalid."""
    return text.line(name, path=("name",), longest=LONGEST_NAME)


def check_slug(slug: str) -> str:
    """Raises Invalid."""
    known = text.line(slug, path=("slug",), longest=LONGEST_SLUG)
    if not SLUG.fullmatch(known) or known in {".", ".."}:
        message = "a slug is one word without spaces, /, ? and #"
        raise Invalid(message, path=("slug",), code="INVALID_SLUG")
    return known


def slug_of(name: str) -> str:
    """A slug for a name that has none of its own."""
    return slug_from(name, "category")[:LONGEST_SLUG].rstrip("-")


def check_depth(levels: int) -> None:
    """levels: of the path that the lowest node would have. Raises Invalid."""
    if levels > DEEPEST:
        message = f"this would be {levels} levels deep, {DEEPEST} are the most"
        raise Invalid(message, path=("parent_id",), code="TOO_DEEP")


def placed(ids: Sequence[int], moved: int, position: int | None) -> list[int]:
    """The ids in their new order: `moved` at that place among the others, from 1; else the last.
    Raises Invalid."""
    others = [each for each in ids if each != moved]
    if position is None:
        return [*others, moved]
    if not 1 <= position <= len(others) + 1:
        message = f"a position here is from 1 to {len(others) + 1}, not {position}"
        raise Invalid(message, path=("position",), code="INVALID_POSITION")
    return [*others[: position - 1], moved, *others[position - 1 :]]
