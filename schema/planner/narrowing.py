"""What a filter asks of a list's rows, and by which of its conditions the list is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import GraphQLField, GraphQLInputObjectType, get_named_type

from schema.planner.arguments import Arguments, Given
from schema.planner.catalog import conditions_of
from schema.planner.ids import read_id
from schema.planner.readings import Condition, Kept, Page
from schema.planner.statement import Statement


@dataclass(frozen=True)
class Asked:
    """One condition of a filter, with what was given for it: never null."""

    condition: Condition
    given: Given

    def value(self, statement: Statement) -> str:
        """SQL of the value: bound, unless the schema itself decides its text."""
        if isinstance(self.given, bool) and self.condition.sql_type == "":
            return str(self.given).upper()
        if isinstance(self.given, str):
            # An enumeration's member: PostgreSQL may know it when it plans.
            return f"'{self.given}'::{self.condition.sql_type}"
        types = self.condition.id_of

        def number(id_: str) -> int:
            return read_id(id_, types)[1]

        return statement.bind(self.given, self.condition.sql_type, number if types else None)

    def sql(self, statement: Statement, row: str, time: str = "") -> str:
        """The condition on a row. time: the column it is ordered by, where that is another row's:
        a bound said of it as well lets the list begin there."""
        value = self.value(statement)
        sql = self.condition.sql.format(row=row, value=value)
        if time and self.condition.side:
            sql += f" AND {time} {self.condition.side} {value}"
        return sql


def asked_of(field: GraphQLField, arguments: Arguments) -> list[Asked]:
    """The conditions given, as they stand in the filter's class: the narrowest first."""
    given = arguments.get("filter")
    if given is None:
        return []
    type_ = get_named_type(field.args["filter"].type)
    assert isinstance(type_, GraphQLInputObjectType)
    return [
        Asked(condition, given[name])
        for name, condition in conditions_of(type_).items()
        if given.get(name) is not None
    ]


def kept_for(reading: Page, asked: Sequence[Asked], order_name: str) -> Kept | None:
    """Where the list is kept in this order: below a parent the whole of it, else what the first
    condition makes of it."""
    kept = reading.kept
    if reading.where == "TRUE":
        kept = asked[0].condition.kept if asked else None
    return kept if kept is not None and order_name in kept.keys else None


def beside(kept: Kept, asked: Sequence[Asked], *, sees_all: bool) -> Sequence[Asked]:
    """The conditions to be looked at beside a kept list's own, the first. To who does not see all
    rows, an enumeration's member that stands on the row itself is said again: what a viewer never
    sees is then known to be nothing, and not looked for."""
    first = asked[0]
    stands = first.condition.sql == f"{{row}}.{kept.column} = {{value}}"
    return asked if stands and isinstance(first.given, str) and not sees_all else asked[1:]
