"""A query as clients write it, bound: each part of the question is worked out when it is run."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from domain.search.asking import LONGEST_QUERY, Question, read
from domain.search.finding import Asked, found
from domain.search.marking import pattern
from schema.planner.arguments import Arguments
from schema.planner.errors import BadInput
from schema.planner.statement import Statement
from schema.planner.texts import plain_text

TYPES = {
    "strict": "tsquery",
    "loose": "tsquery",
    "unwanted": "tsquery",
    "squeezed": "text",
    "sound": "text",
}


@lru_cache(maxsize=500)
def question(query: str, is_typing: bool) -> Question:
    """Raises BadInput."""
    if len(plain_text(query)) > LONGEST_QUERY:
        raise BadInput(f"`query` is longer than {LONGEST_QUERY} characters")
    return read(query, is_typing=is_typing)


def hits(statement: Statement, arguments: Arguments, fitting: Callable[[str], list[str]]) -> str:
    """SELECT of the entries that `query` finds."""
    asked = {
        name: _bound(statement, arguments, attrgetter(name), sql_type)
        for name, sql_type in TYPES.items()
    }
    return found(Asked(**asked), fitting)


def snippets(statement: Statement, arguments: Arguments) -> str:
    """FROM text of the marked pieces of an entry's texts, where the words stand."""
    assert arguments.parent is not None
    marked = _bound(statement, arguments.parent, lambda asked: pattern(asked.terms), "text")
    texts = ", ".join(
        f"({place}, '{name}', {{parent}}.{name.lower()}, {width})"
        for place, (name, width) in enumerate((("TITLE", 300), ("SUMMARY", 200), ("BODY", 120)))
    )
    return (
        "(SELECT v.place, v.part, search_marked(v.text, p.pattern, v.width) AS html"
        f" FROM (SELECT {marked} AS pattern) p, (VALUES {texts}) v (place, part, text, width)"
        " WHERE p.pattern <> '' OFFSET 0)"
    )


def _bound(
    statement: Statement, arguments: Arguments, part: Callable[[Question], Any], sql_type: str
) -> str:
    is_typing = bool(arguments.get("asYouType"))
    return statement.bind(
        arguments.get("query"), sql_type, lambda query: part(question(query, is_typing))
    )
