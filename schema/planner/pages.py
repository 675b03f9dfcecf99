"""Connections: one page of a list, found by where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
)

from schema.planner.arguments import Arguments, Value
from schema.planner.catalog import conditions_of, object_of, standing_of
from schema.planner.cursors import cursor_sql, decode
from schema.planner.declare import MAX_FIRST
from schema.planner.ids import checked_id
from schema.planner.place import Place
from schema.planner.readings import Condition, Mixed, Order, Page, Visible
from schema.planner.sizes import kept_size
from schema.planner.sql import as_list, as_object, select

if TYPE_CHECKING:
    from schema.planner.objects import Planner


@dataclass(frozen=True)
class Pager:
    """What one page is made of, worked out before its parts are written."""

    planner: Planner
    parent: Place
    node: Place
    connection: GraphQLObjectType
    field: GraphQLField
    arguments: Arguments
    reading: Page | Mixed
    order_name: str
    order: Order
    first: int
    total: str

    @property
    def key(self) -> str:
        return self.order.key.format(row=self.node.row, total=self.total)

    @property
    def tie(self) -> str:
        return self.order.tie.format(row=self.node.row, total=self.total)

    @property
    def ordering(self) -> str:
        direction = "DESC" if self.order.descending else "ASC"
        if self.key == self.tie:
            return f"{self.key} {direction}"
        return f"{self.key} {direction}, {self.tie} {direction}"

    @property
    def source(self) -> str:
        joined = self.order.join.format(row=self.node.row, total=self.total)
        return f"{standing_of(self.node.type_).table} {self.node.row} {joined}".strip()

    def wanted(self, row: str) -> list[str]:
        """The conditions a row of the list meets, wherever the page starts."""
        planner = self.planner
        assert isinstance(self.reading, Page)
        own = planner.where(self.reading.where, self.arguments, self.parent, row)
        seen = planner.statement.predicate(self._seen, row)
        return [own, *self._filtered(row), seen]

    def item(self, nodes: list[FieldNode]) -> str:
        """The JSON of one row."""
        return as_object(self.planner.columns(self.node, nodes))

    def items(self, nodes: list[FieldNode]) -> str:
        """The JSON of the page's rows, where nothing else of the page is asked."""
        columns = self.planner.columns(self.node, nodes)
        where = [*self.wanted(self.node.row), self.behind()]
        return as_list(columns, self.source, where, self.ordering, self.first)

    def count(self) -> str:
        """How many rows the whole list has: read where it is kept, counted where it is narrowed."""
        assert isinstance(self.reading, Page)
        kept = kept_size(self.planner.statement, self.reading.size, self.parent.row, self._seen)
        if kept and not self._narrowed():
            return kept
        row = self.planner.statement.alias()
        source = f"{standing_of(self.node.type_).table} {row}"
        return f"({select([('n', 'count(*)')], source, self.wanted(row))})"

    @property
    def _seen(self) -> Visible:
        return standing_of(self.node.type_).visible

    def _narrowed(self) -> bool:
        given = self.arguments.get("filter")
        return given is not None and any(value is not None for value in given.values())

    def _filtered(self, row: str) -> list[str]:
        given = self.arguments.get("filter")
        if given is None:
            return []
        type_ = get_named_type(self.field.args["filter"].type)
        assert isinstance(type_, GraphQLInputObjectType)
        conditions = conditions_of(type_)
        return [
            _condition_sql(self.planner, conditions[name], name, value, row)
            for name, value in given.items()
            if value is not None
        ]

    def behind(self) -> str:
        """The condition that a row stands behind the cursor, as one row value."""
        after = self.arguments.get("after")
        if after is None:
            return ""
        name, order, bind = self.order_name, self.order, self.planner.statement.bind
        side = "<" if order.descending else ">"
        tie = bind(after, "bigint", lambda text: decode(text, name, order)[1])
        if self.key == self.tie:
            return f"{self.key} {side} {tie}"
        key = bind(after, order.sql_type, lambda text: decode(text, name, order)[0])
        return f"({self.key}, {self.tie}) {side} ({key}, {tie})"


def _condition_sql(planner: Planner, condition: Condition, name: str, given: Any, row: str) -> str:
    if isinstance(given, bool) and condition.sql_type == "":
        return condition.sql.format(row=row, value=str(given).upper())
    if isinstance(given, str):
        # An enumeration's member decides the text anyhow: PostgreSQL may know it when it plans.
        return condition.sql.format(row=row, value=f"'{given}'::{condition.sql_type}")
    convert = None
    if condition.id_of:
        types = condition.id_of

        def convert(id_: str) -> int:
            return int(checked_id(id_, types).split(":")[1])

    bound = planner.statement.bind(given, condition.sql_type, convert)
    return condition.sql.format(row=row, value=bound)


def page(
    planner: Planner,
    place: Place,
    field: GraphQLField,
    nodes: list[FieldNode],
    arguments: Arguments,
    reading: Page,
) -> str:
    """The JSON of a connection."""
    connection = object_of(field)
    target = object_of(connection.fields["nodes"])
    statement = planner.statement
    order_name = str(arguments.get("orderBy"))
    first = statement.first(arguments.get("first"), MAX_FIRST)
    times = place.times * first
    statement.charge(times * standing_of(target).cost, arguments)
    pager = Pager(
        planner=planner,
        parent=place,
        node=Place(target, statement.alias(), times, arguments),
        connection=connection,
        field=field,
        arguments=arguments,
        reading=reading,
        order_name=order_name,
        order=reading.orders[order_name],
        first=first,
        total=statement.alias(),
    )
    return connection_sql(pager, nodes)


def connection_sql(pager: Pager, nodes: list[FieldNode]) -> str:
    """What is selected of a connection."""
    selected = pager.planner.collect(pager.connection, nodes)
    names = [chosen[0].name.value for chosen in selected.values()]
    if "edges" in names or "pageInfo" in names or names.count("nodes") > 1:
        return _numbered(pager, selected)
    return as_object([(key, _simple(pager, chosen)) for key, chosen in selected.items()])


def _simple(pager: Pager, nodes: list[FieldNode]) -> str:
    """A field of a connection of which only the nodes are asked: no row beyond the page is read."""
    match nodes[0].name.value:
        case "nodes":
            return pager.items(nodes)
        case "totalCount":
            return pager.count()
        case _:
            return f"'{pager.connection.name}'::text"


def _numbered(pager: Pager, selected: dict[str, list[FieldNode]]) -> str:
    """A connection whose rows are numbered, one more than the page is read to know what follows.

    The rows come to the aggregates in the order in which they were read, so that nothing sorts
    what is large by now.
    """
    number = f"row_number() OVER (ORDER BY {pager.ordering})"
    inner: list[tuple[str, str]] = [("i", number), ("k", pager.key), ("t", pager.tie)]
    outer = [(key, _aggregate(pager, nodes, inner)) for key, nodes in selected.items()]
    rows = select(inner, pager.source, [*pager.wanted(pager.node.row), pager.behind()])
    rows += f" ORDER BY {pager.ordering} LIMIT {pager.first + 1}"
    # HAVING makes it one row also when nothing that is asked needs an aggregate.
    return f"(SELECT row_to_json(j) FROM ({select(outer, f'({rows}) p')} HAVING TRUE) j)"


def _aggregate(pager: Pager, nodes: list[FieldNode], inner: list[tuple[str, str]]) -> str:
    match nodes[0].name.value:
        case "nodes":
            sql = pager.item(nodes)
        case "edges":
            sql = as_object(_edge(pager, nodes))
        case "pageInfo":
            return _page_info(pager, nodes)
        case "totalCount":
            return pager.count()
        case _:
            return f"'{pager.connection.name}'::text"
    name, number = f"n{len(inner)}", inner[0][1]
    inner.append((name, f"CASE WHEN {number} <= {pager.first} THEN {sql} END"))
    on_page = f"FILTER (WHERE p.i <= {pager.first})"
    return f"coalesce(json_agg(p.{name}) {on_page}, '[]'::json)"


def _edge(pager: Pager, nodes: list[FieldNode]) -> list[tuple[str, str]]:
    edge = object_of(pager.connection.fields["edges"])
    columns = []
    for key, chosen in pager.planner.collect(edge, nodes).items():
        match chosen[0].name.value:
            case "node":
                sql = pager.item(chosen)
            case "cursor":
                sql = cursor_sql(pager.order_name, pager.order, pager.key, pager.tie)
            case _:
                sql = f"'{edge.name}'::text"
        columns.append((key, sql))
    return columns


def _page_info(pager: Pager, nodes: list[FieldNode]) -> str:
    type_ = object_of(pager.connection.fields["pageInfo"])
    given: Any = pager.arguments.get("after")
    parts = {
        "hasNextPage": f"count(*) > {pager.first}",
        "hasPreviousPage": "TRUE" if isinstance(given, Value) else "FALSE",
        "startCursor": _cursor_at(pager, "1"),
        "endCursor": _cursor_at(pager, f"least(count(*), {pager.first})"),
        "__typename": f"'{type_.name}'::text",
    }
    pairs = ", ".join(
        f"'{key}', {parts[chosen[0].name.value]}"
        for key, chosen in pager.planner.collect(type_, nodes).items()
    )
    return f"json_build_object({pairs})"


def _cursor_at(pager: Pager, place: str) -> str:
    """The cursor of the row at that place of the page, NULL on an empty one."""
    key, tie = (f"(array_agg(p.{name}))[{place}]" for name in ("k", "t"))
    cursor = cursor_sql(pager.order_name, pager.order, key, tie)
    return f"CASE WHEN count(*) > 0 THEN {cursor} END"
