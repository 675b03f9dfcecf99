"""Lists whose rows the arguments find and rank: what a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLField

from schema.planner.arguments import Arguments
from schema.planner.catalog import object_of, standing_of
from schema.planner.declare import MAX_FIRST
from schema.planner.narrowing import asked_of
from schema.planner.pages import Pager, connection_sql
from schema.planner.place import Place
from schema.planner.readings import Found
from schema.planner.sql import select

if TYPE_CHECKING:
    from schema.planner.objects import Planner

NAME = "FOUND"
"""What their cursors call the only order they have."""


@dataclass(frozen=True)
class FoundPager(Pager):
    """A page of rows that are found. What a row must fit, and who sees it, is said where rows are
    looked for, before they are counted and ranked: nothing else is ever looked at."""

    reading: Found

    def source(self) -> str:
        def fitting(row: str) -> list[str]:
            return self._wanted(row, self.asked)

        table = self.reading.table(self.planner.statement, self.arguments, fitting)
        return f"({table}) {self.node.row}"

    def wanted(self) -> list[str]:
        """Nothing more than what the rows were found by."""
        return []

    def count(self) -> str:
        self.planner.statement.charge(self.parent.times * self.reading.most, self.arguments)
        return f"({select([('n', 'count(*)')], self.source())})"


def found(
    planner: Planner,
    place: Place,
    field: GraphQLField,
    nodes: list[FieldNode],
    arguments: Arguments,
    reading: Found,
) -> str:
    """The JSON of a connection of what is found."""
    connection = object_of(field)
    target = object_of(connection.fields["nodes"])
    statement = planner.statement
    first = statement.first(arguments.get("first"), MAX_FIRST)
    times = place.times * first
    statement.charge(times * standing_of(target).cost + place.times * reading.most, arguments)
    pager = FoundPager(
        planner=planner,
        parent=place,
        node=Place(target, statement.alias(), times, arguments),
        connection=connection,
        field=field,
        arguments=arguments,
        reading=reading,
        order_name=NAME,
        order=reading.order,
        first=first,
        total="",
        asked=asked_of(field, arguments),
        kept=None,
    )
    return connection_sql(pager, nodes)
