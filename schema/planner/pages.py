"""Connections: one page of a list, found by where the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType

from domain.access import EVERY_ROW
from schema.planner.arguments import Arguments, Value
from schema.planner.catalog import object_of, standing_of
from schema.planner.cursors import cursor_sql, decode
from schema.planner.declare import MAX_FIRST
from schema.planner.narrowing import Asked, asked_of, beside, kept_for
from schema.planner.place import Place
from schema.planner.readings import Found, Kept, Mixed, Order, Page, Visible
from schema.planner.sizes import COUNTED, COUNTED_BELOW, kept_scope, size_sql
from schema.planner.sql import as_list, as_object, select

if TYPE_CHECKING:
    from schema.planner.objects import Planner


@dataclass(frozen=True)
class Pager:
    """What one page is made of, worked out before its parts are written.

    total: the alias of what is joined for the order. kept: where the list is read that the parent
    or the first condition makes; then the order is its.
    """

    planner: Planner
    parent: Place
    node: Place
    connection: GraphQLObjectType
    field: GraphQLField
    arguments: Arguments
    reading: Page | Mixed | Found
    order_name: str
    order: Order
    first: int
    total: str
    asked: Sequence[Asked]
    kept: Kept | None

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
    def is_narrowed(self) -> bool:
        """Whether it is a condition that makes the kept list, and not the parent."""
        return self.kept is not None and self.parent.row == ""

    def source(self) -> str:
        """FROM text of the page's rows."""
        row, total = self.node.row, self.total
        value = f"{self.parent.row}.id"
        if self.is_narrowed:
            value = self.asked[0].value(self.planner.statement)
        joined = self.order.join.format(row=row, total=total, value=value)
        return f"{standing_of(self.node.type_).table} {row} {joined}".strip()

    def wanted(self) -> list[str]:
        """The conditions the page's rows meet, wherever it starts, beside what the source says.

        PostgreSQL takes a condition that is said twice for two, and the list for shorter than a
        page: so a kept list's own is said again only where there are others.
        """
        row, asked = self.node.row, self.asked
        if self.kept and self.is_narrowed:
            sees_all = self._seen(self.planner.statement.viewer) == EVERY_ROW
            asked = beside(self.kept, asked, sees_all=sees_all)
        own = self._own(row) if asked or not self.kept else ""
        is_by_time = self.kept is not None and self.order.sql_type == "timestamptz"
        return [own, *self._wanted(row, asked, self.key if is_by_time else "")]

    def _own(self, row: str) -> str:
        """What ties a row to the parent."""
        assert isinstance(self.reading, Page)
        return self.planner.where(self.reading.where, self.arguments, self.parent, row)

    def _wanted(self, row: str, asked: Sequence[Asked], time: str = "") -> list[str]:
        planner = self.planner
        seen = planner.statement.predicate(self._seen, row)
        return [*(each.sql(planner.statement, row, time) for each in asked), seen]

    def item(self, nodes: list[FieldNode]) -> str:
        """The JSON of one row."""
        return as_object(self.planner.columns(self.node, nodes))

    def items(self, nodes: list[FieldNode]) -> str:
        """The JSON of the page's rows, where nothing else of the page is asked."""
        columns = self.planner.columns(self.node, nodes)
        source, where = self.source(), [*self.wanted(), self.behind()]
        return as_list(columns, source, where, self.ordering, self.first)

    def count(self) -> str:
        """How many rows the whole list has: read where it is kept, else counted."""
        statement = self.planner.statement
        scope = kept_scope(statement.viewer, self._seen)
        parents = self._parents() if scope else None
        statement.charge(self.parent.times * (1 if parents else self._counted), self.arguments)
        if parents:
            return size_sql(*parents, scope)
        row = statement.alias()
        source = f"{standing_of(self.node.type_).table} {row}"
        where = [self._own(row), *self._wanted(row, self.asked)]
        return f"({select([('n', 'count(*)')], source, where)})"

    def _parents(self) -> tuple[str, str] | None:
        """The name in list_size of lists that make up this one, and SQL of whose they are."""
        assert isinstance(self.reading, Page)
        size = self.reading.size
        if not size or len(self.asked) > 1:
            return None
        if not self.asked:
            among = self.reading.among.format(parent=self.parent.row)
            return size, among if "." in size else "0"
        parents = self.asked[0].condition.parents
        if parents is None or "." in size:
            return None
        column, among = parents
        value = self.asked[0].value(self.planner.statement)
        return f"{size}.{column}", among.format(value=value)

    @property
    def _counted(self) -> int:
        return COUNTED if self.parent.row == "" else COUNTED_BELOW

    @property
    def _seen(self) -> Visible:
        return standing_of(self.node.type_).visible

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
    asked, order = asked_of(field, arguments), reading.orders[order_name]
    kept = kept_for(reading, asked, order_name)
    pager = Pager(
        planner=planner,
        parent=place,
        node=Place(target, statement.alias(), times, arguments),
        connection=connection,
        field=field,
        arguments=arguments,
        reading=reading,
        order_name=order_name,
        order=kept.order(order_name, order) if kept else order,
        first=first,
        total=statement.alias(),
        asked=asked,
        kept=kept,
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
    rows = select(inner, pager.source(), [*pager.wanted(), pager.behind()])
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
