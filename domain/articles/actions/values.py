"""The checks that creating and editing an article share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain import text
from domain.articles.html import sanitise
from domain.articles.rules import check_slug, check_tags

CHECKS: dict[str, Callable[[Any], Any]] = {
    "title": lambda value: text.line(value, path=("title",), longest=300),
    "slug": check_slug,
    "summary": lambda value: text.prose(value, path=("summary",), longest=1000),
    "body": lambda value: sanitise(value, path=("body",)),
    "category": lambda value: text.line(value, path=("category",), longest=64, required=False),
    "tags": check_tags,
    "author_id": int,
    "organization_id": int,
}


def check_values(**given: Any) -> dict[str, Any]:
    """What is given, checked and as it is stored, by column; None is not given. Raises Invalid."""
    return {name: CHECKS[name](value) for name, value in given.items() if value is not None}
