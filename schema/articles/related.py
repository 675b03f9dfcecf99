"""Articles about the same events, as the planner reads them."""

from __future__ import annotations

from domain.search.access import visible
from domain.search.kinship import related
from schema.planner.arguments import Arguments
from schema.planner.statement import Statement

MOST_RELATED = 20


def related_table(statement: Statement, _arguments: Arguments) -> str:
    """FROM text; only what the viewer sees is ever looked at, so that nothing hidden takes the
    place of something that is not."""
    return related("{parent}.id", statement.predicate(visible, "o"))


def related_length(statement: Statement, arguments: Arguments) -> int:
    return statement.first(arguments.get("first"), MOST_RELATED)
