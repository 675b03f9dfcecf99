"""How a field is read, declared beside the field, once.

Templates are SQL with placeholders: `{row}` the row the field's own type stands on, `{parent}` the
row it is reached from, `{type}` the GraphQL type's name, `{kind}` its kind of subject, `{value}` a
bound value. They are written by us; whatever a client sends is bound, never written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from domain.access import EVERY_ROW, Predicate, Viewer

if TYPE_CHECKING:
    from schema.planner.arguments import Arguments
    from schema.planner.statement import Statement

Where: TypeAlias = "str | Callable[[Statement, Arguments], str]"
Visible: TypeAlias = Callable[[Viewer], Predicate]

READING = "reading"
CONDITION = "condition"
OWN_LIST = "{parent}.id"
"""Whose lists make up a parent's list: its own and no others."""
FOLLOWED = "followed"


def everybody(_viewer: Viewer) -> Predicate:
    return EVERY_ROW


@dataclass(frozen=True)
class Standing:
    """What a GraphQL type stands on: a table (or a subquery in brackets) and who sees its rows.

    kind: its kind of subject where it has totals, e.g. "ARTICLE".
    number: SQL of the number in its global id.
    cost: what reading one counts for; 0 for what comes along with another row.
    max_age_seconds: how long a public answer made of it may be kept outside; 0: it is kept
        nowhere, not even for a moment here.
    """

    table: str
    visible: Visible = everybody
    kind: str = ""
    cost: int = 1
    number: str = "{row}.id"
    max_age_seconds: int = 1


@dataclass(frozen=True)
class Column:
    """A leaf: one SQL expression on the row; may need the arguments by which the row is reached.

    cost: how many rows one of it counts for, where it is worked out from others.
    """

    sql: Where
    cost: int = 0


@dataclass(frozen=True)
class Part:
    """An object on the same row: a group of its columns."""


@dataclass(frozen=True)
class One:
    """At most one row of another type.

    table: FROM text when it is not the type's own table.
    """

    where: Where
    table: Where = ""


KeyType: TypeAlias = Literal["bigint", "text", "timestamptz"]
"""What a cursor's key can be (cursors.py)."""


@dataclass(frozen=True)
class Order:
    """One order of a list: by `key`, then by `tie`, both in the same direction.

    sql_type: of the key, as PostgreSQL names it, for the cursor's value.
    join: what the key needs beside the row, e.g. its total.
    """

    key: str
    sql_type: KeyType
    descending: bool = True
    join: str = ""
    tie: str = "{row}.id"


@dataclass(frozen=True)
class Kept:
    """Rows the database keeps so that a list with one condition is read in order, off an index.

    table: has a row for each value a row of the list fits; or SQL that finds these by {value}.
    number: the column of that row's id. column: of the value, where the table has one.
    keys: the columns a list is ordered by, by the order's name.
    """

    table: str
    number: str
    column: str
    keys: Mapping[str, str]

    def order(self, name: str, of: Order) -> Order:
        """The order of that name, by what is kept; its join holds the place of the value."""
        number = f"{{total}}.{self.number}"
        join = f"JOIN {self.table} {{total}} ON {number} = {{row}}.id"
        if self.column:
            join += f" AND {{total}}.{self.column} = {{value}}"
        return replace(of, key=f"{{total}}.{self.keys[name]}", join=join, tie=number)


@dataclass(frozen=True)
class Page:
    """A connection: a list read page by page.

    where: what ties the rows to the parent; empty at the root.
    orders: by the name of the enum's member; the first one is the default.
    size: its name in list_size, where its length is kept; empty where it is counted. among: SQL of
    the parents whose lists make it up.
    kept: where a parent's list is kept in orders its own indexes lack.
    """

    orders: Mapping[str, Order]
    where: Where = "TRUE"
    size: str = ""
    kept: Kept | None = None
    among: str = OWN_LIST


@dataclass(frozen=True)
class Rows:
    """A plain list: bounded by its own nature, or by `limit`.

    table: FROM text when it is not the element type's own table; may need the arguments.
    limit: at most so many rows, given the arguments; 0 when nature bounds them.
    expected: how many rows one parent counts for in the cost, given the arguments; the limit when
        not said.
    """

    order_by: str
    where: Where = "TRUE"
    table: Where = ""
    limit: Callable[[Statement, Arguments], int] | int = 0
    expected: Callable[[Statement, Arguments], int] | int = 0


@dataclass(frozen=True)
class ById:
    """Objects of an interface, found by their global ids: one, or a list in the order asked."""

    argument: str


@dataclass(frozen=True)
class Subject:
    """An object of an interface whose concrete type is known from the arguments of its parent.

    choose: the concrete type's name, given the parent's arguments.
    """

    choose: Callable[[Statement, Arguments], str]
    where: str


@dataclass(frozen=True)
class Member:
    """One type of a mixed list: which of its rows, and by what each order places them.

    keys: SQL on {row} by the order's name; all members' of one order are of one SQL type.
    """

    type_name: str
    keys: Mapping[str, str]
    where: Where = "TRUE"


@dataclass(frozen=True)
class Mixed:
    """A list of rows of several types: members of a union, or types of an interface. Read page by
    page where the field is a connection, else at most `limit` rows."""

    members: tuple[Member, ...]
    orders: Mapping[str, Order]
    limit: int = 0


@dataclass(frozen=True)
class Made:
    """An object at the root of a query that SQL cannot make: made in Python of what one statement
    reads, as all others are.

    sources: SQL of a JSON object, or NULL where there is nothing to see. make: of that object,
    decoded, the values of the type's fields by their names in the graph.
    """

    sources: Callable[[Statement, Arguments], str]
    make: Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Told:
    """A field of what is made: it comes with the object it is part of."""


@dataclass(frozen=True)
class Found:
    """A list whose rows the arguments find and rank: there is no more of it than `most`.

    table: SELECT of the rows, given what each must fit, as SQL by the row's alias.
    """

    table: Callable[[Statement, Arguments, Callable[[str], list[str]]], str]
    order: Order
    most: int


@dataclass(frozen=True)
class Chosen:
    """An object of a union or an interface, whose type shows only in the row it is reached from.

    type_name, number: SQL on {row} of the type's name and of the number in its id.
    """

    type_name: str
    number: str


Reading: TypeAlias = (
    Column | Part | One | Page | Rows | ById | Subject | Mixed | Found | Chosen | Made | Told
)


@dataclass(frozen=True)
class Condition:
    """What one field of a filter means for a row.

    id_of: names of the types whose global id is expected, when it is one.
    kept: where the list with this condition is kept in order.
    side: ">=" or "<" where it bounds the time by which the list is ordered.
    parents: a column and the SQL of its values, where a row fits that has one of these and
        list_size keeps how many have each.
    """

    sql: str
    sql_type: str
    id_of: tuple[str, ...] = field(default=())
    kept: Kept | None = None
    side: str = ""
    parents: tuple[str, str] | None = None


def stands_on(
    table: str,
    visible: Visible = everybody,
    *,
    kind: str = "",
    cost: int = 1,
    number: str = "{row}.id",
    max_age_seconds: int = 1,
) -> Callable[[type[Any]], type[Any]]:
    """Class decorator, outermost: what the type stands on."""

    def decorate(cls: type[Any]) -> type[Any]:
        cls.__standing__ = Standing(table, visible, kind, cost, number, max_age_seconds)
        return cls

    return decorate
