"""Conditions the nouns share."""

from __future__ import annotations

from schema.planner.arguments import Arguments
from schema.planner.errors import BadInput
from schema.planner.ids import checked_id
from schema.planner.readings import Where
from schema.planner.statement import Statement


def number_of(type_name: str, id_: str) -> int:
    """The number in a global id of that type. Raises BadInput."""
    return int(checked_id(id_, (type_name,)).split(":")[1])


def has_id(type_name: str, argument: str = "id") -> Where:
    """The row whose global id is given."""

    def where(statement: Statement, arguments: Arguments) -> str:
        bound = statement.bind(
            arguments.get(argument), "bigint", lambda id_: number_of(type_name, id_)
        )
        return f"{{row}}.id = {bound}"

    return where


def has_id_or(type_name: str, key: str) -> Where:
    """The row whose global id, or whose other unique key, is given: exactly one of them."""

    def where(statement: Statement, arguments: Arguments) -> str:
        id_, other = arguments.get("id"), arguments.get(key)
        if (id_ is None) == (other is None):
            raise BadInput(f"give either `id` or `{key}`")
        if id_ is None:
            return f"{{row}}.{key} = {statement.bind(other, 'text')}"
        return (
            f"{{row}}.id = {statement.bind(id_, 'bigint', lambda id_: number_of(type_name, id_))}"
        )

    return where


def below(column: str) -> str:
    """The row belongs to the organization given, or to one below it."""
    return (
        f"{{row}}.{column} IN (SELECT o.id FROM organization o WHERE o.path <@"
        " (SELECT top.path FROM organization top WHERE top.id = {value}))"
    )
