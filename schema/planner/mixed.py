"""Lists whose rows are of several types: what a search finds, for example."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    get_nullable_type,
)

from schema.planner.arguments import Arguments
from schema.planner.catalog import object_of, standing_of
from schema.planner.cursors import decode
from schema.planner.declare import MAX_FIRST
from schema.planner.pages import Pager, connection_sql
from schema.planner.place import Place
from schema.planner.readings import Member, Mixed
from schema.planner.sql import select

if TYPE_CHECKING:
    from schema.planner.objects import Planner

MOST_MEMBERS = 64
"""Numbers of different types can be equal: a row's tie is its number times this, plus its member's
place, so that a cursor stands at one row only."""


@dataclass(frozen=True)
class MixedPager(Pager):
    """A page of rows of several types. Each member gives its own first rows, by its own index; what
    is sorted together is at most one page of each. `node.type_` is nobody's: the row says its type.
    """

    reading: Mixed
    types: tuple[GraphQLObjectType, ...]

    def source(self) -> str:
        branches = (
            self._branch(place, member) for place, member in enumerate(self.reading.members)
        )
        return f"({' UNION ALL '.join(branches)}) {self.node.row}"

    def wanted(self) -> list[str]:
        """Nothing: each member chooses its rows."""
        return []

    def behind(self) -> str:
        return ""

    def item(self, nodes: list[FieldNode]) -> str:
        row = self.node.row
        return self.planner.chosen(self.types, self.node, nodes, f"{row}.type", f"{row}.number")

    def items(self, nodes: list[FieldNode]) -> str:
        rows = f"SELECT * FROM {self.source()} ORDER BY {self.ordering} LIMIT {self.first}"
        listed = f"json_agg({self.item(nodes)} ORDER BY {self.ordering})"
        return f"(SELECT coalesce({listed}, '[]'::json) FROM ({rows}) {self.node.row})"

    def count(self) -> str:
        counted = self.parent.times * self._counted * len(self.reading.members)
        self.planner.statement.charge(counted, self.arguments)
        counts = []
        for member in self.reading.members:
            row = self.planner.statement.alias()
            columns = [("n", "count(*)")]
            counts.append(f"({select(columns, *self._rows(member, row))})")
        return f"({' + '.join(counts)})"

    def _rows(self, member: Member, row: str) -> tuple[str, list[str]]:
        """FROM text and conditions of a member's rows."""
        standing = standing_of(self._type(member))
        own = self.planner.where(member.where, self.arguments, self.parent, row)
        seen = self.planner.statement.predicate(standing.visible, row)
        return f"{standing.table} {row}", [own, seen]

    def _type(self, member: Member) -> GraphQLObjectType:
        return next(type_ for type_ in self.types if type_.name == member.type_name)

    def _branch(self, place: int, member: Member) -> str:
        row = self.planner.statement.alias()
        key = member.keys[self.order_name].format(row=row)
        number = standing_of(self._type(member)).number.format(row=row)
        columns = [
            ("type", f"'{member.type_name}'::text"),
            ("number", number),
            ("key", key),
            ("tie", f"{number} * {MOST_MEMBERS} + {place}"),
        ]
        source, where = self._rows(member, row)
        rows = select(columns, source, [*where, self._behind(place, key, number)])
        direction = "DESC" if self.order.descending else "ASC"
        return f"({rows} ORDER BY {key} {direction}, {number} {direction} LIMIT {self.first + 1})"

    def _behind(self, place: int, key: str, number: str) -> str:
        """That a member's row stands behind the cursor, in the member's own columns, which its
        index has: the tie is taken apart again."""
        after = self.arguments.get("after")
        if after is None:
            return ""
        name, order, bind = self.order_name, self.order, self.planner.statement.bind
        key_of = bind(after, order.sql_type, lambda text: decode(text, name, order)[0])
        tie = bind(after, "bigint", lambda text: decode(text, name, order)[1])
        if order.descending:
            number_of = f"({tie} + {MOST_MEMBERS - 1 - place}) / {MOST_MEMBERS}"
            return f"({key}, {number}) < ({key_of}, {number_of})"
        return f"({key}, {number}) > ({key_of}, ({tie} - {place}) / {MOST_MEMBERS})"


def mixed(
    planner: Planner,
    place: Place,
    field: GraphQLField,
    nodes: list[FieldNode],
    arguments: Arguments,
    reading: Mixed,
) -> str:
    """The JSON of a mixed connection, or of a mixed plain list."""
    is_plain = isinstance(get_nullable_type(field.type), GraphQLList)
    connection = place.type_ if is_plain else object_of(field)
    listed = field if is_plain else connection.fields["nodes"]
    first = reading.limit or planner.statement.first(arguments.get("first"), MAX_FIRST)
    order_name = str(arguments.get("orderBy") or next(iter(reading.orders)))
    row = planner.statement.alias()
    pager = MixedPager(
        planner=planner,
        parent=place,
        node=replace(place, row=row, times=place.times * first, arguments=arguments),
        connection=connection,
        field=field,
        arguments=arguments,
        reading=reading,
        order_name=order_name,
        order=reading.orders[order_name],
        first=first,
        total="",
        asked=(),
        kept=None,
        types=tuple(planner.possible(listed)),
    )
    return pager.items(nodes) if is_plain else connection_sql(pager, nodes)
