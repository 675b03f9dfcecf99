"""Conditions the nouns share."""

from __future__ import annotations

from typing import Any

from schema.planner.arguments import Arguments
from schema.planner.declare import belonging
from schema.planner.errors import BadInput
from schema.planner.ids import read_id
from schema.planner.readings import Kept, Where
from schema.planner.statement import Statement


def number_of(type_name: str, id_: str) -> int:
    """The number in a global id of that type. Raises BadInput."""
    return read_id(id_, (type_name,))[1]


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


SUBTREE = (
    "SELECT o.id FROM organization o"
    " WHERE o.path <@ (SELECT top.path FROM organization top WHERE top.id = {value})"
)
"""Ids of the organization given and of all below it."""


def within(description: str, kept: Kept | None = None) -> Any:
    """The condition of belonging to the organization given, or to one below it."""
    return belonging(description, "organization_id", "Organization", among=SUBTREE, kept=kept)


CATEGORIES = (
    "SELECT c.id FROM category c"
    " WHERE c.path <@ (SELECT top.path FROM category top WHERE top.id = {value})"
)
"""Ids of the category given and of all below it."""


def in_category(description: str, kept: Kept | None = None) -> Any:
    """The condition of being filed under the category given, or under one below it."""
    return belonging(description, "category_id", "Category", among=CATEGORIES, kept=kept)


def by_time_or_reads(table: str, column: str, time: str) -> Kept:
    """Lists kept in all orders a noun has; the table's name begins with the noun's."""
    keys = {"NEWEST": time, "OLDEST": time, "MOST_READ": "reads"}
    return Kept(table, f"{table.split('_')[0]}_id", column, keys)


def by_reads(table: str, column: str) -> Kept:
    """Lists kept by reads; by time the noun's own indexes have them."""
    return Kept(table, f"{table.split('_')[0]}_id", column, {"MOST_READ": "reads"})
