"""The words in which a type says how its fields are read. Each gives a Strawberry field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from schema.planner.arguments import Arguments
from schema.planner.readings import (
    CONDITION,
    FOLLOWED,
    OWN_LIST,
    READING,
    ById,
    Chosen,
    Column,
    Condition,
    Found,
    Kept,
    KeyType,
    Made,
    Member,
    Mixed,
    One,
    Order,
    Page,
    Part,
    Reading,
    Rows,
    Subject,
    Told,
    Where,
)
from schema.planner.statement import Statement

DEFAULT_FIRST = 20
MAX_FIRST = 100


def argument(
    name: str,
    annotation: Any,
    description: str,
    *,
    default: Any = strawberry.UNSET,
    shown: str | None = None,
) -> StrawberryArgument:
    """One argument of a planned field; `name` is the Python name. shown: its name in the graph,
    where that cannot be made of it."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=shown,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=default,
    )


def planned(
    reading: Reading,
    description: str,
    *,
    name: str | None = None,
    arguments: tuple[StrawberryArgument, ...] = (),
) -> Any:
    """A field read by the planner. Typed as Any so that a class body can annotate it freely."""
    field: StrawberryField = strawberry.field(
        name=name, description=description, metadata={READING: reading}
    )
    field.arguments = list(arguments)
    return field


def column(
    description: str, sql: Where | None = None, *, name: str | None = None, cost: int = 0
) -> Any:
    """A leaf. Without `sql` it is the column of the field's own (Python) name. cost: see Column."""
    return planned(Column(sql or "{row}.{name}", cost), description, name=name)


def part(description: str) -> Any:
    """An object made of columns of the same row."""
    return planned(Part(), description)


def to_one(foreign_key: str, description: str) -> Any:
    """The row a foreign key of this row points to."""
    return planned(One(f"{{row}}.id = {{parent}}.{foreign_key}"), description)


def one(
    where: Where,
    description: str,
    *,
    table: Where = "",
    arguments: tuple[StrawberryArgument, ...] = (),
) -> Any:
    """At most one row, found by a condition."""
    return planned(One(where, table), description, arguments=arguments)


def rows(
    description: str,
    *,
    order_by: str,
    where: Where = "TRUE",
    table: Where = "",
    limit: Any = 0,
    expected: Any = 0,
    arguments: tuple[StrawberryArgument, ...] = (),
) -> Any:
    """A plain list."""
    reading = Rows(order_by, where, table, limit, expected)
    return planned(reading, description, arguments=arguments)


def by_id(description: str, argument_: StrawberryArgument) -> Any:
    """Objects of an interface by global id."""
    return planned(ById(argument_.python_name), description, arguments=(argument_,))


def subject(description: str, *, choose: Callable[..., str], where: str) -> Any:
    """An object of an interface; which type it is follows from the parent's arguments."""
    return planned(Subject(choose, where), description)


def page(
    description: str,
    *,
    orders: type[Enum],
    by: Mapping[str, Order],
    filters: type[Any] | None = None,
    where: Where = "TRUE",
    size: str = "",
    kept: Kept | None = None,
    among: str = OWN_LIST,
) -> Any:
    """A connection: `first`, `after`, `orderBy` and, where the type has one, `filter`. size: its
    name in list_size, e.g. "post" or "post.article_id"; without it `totalCount` counts rows. among:
    SQL of the parents whose lists are added up.
    kept: where a parent's list is kept in orders its own indexes lack."""
    arguments = _paging(orders, next(iter(by)))
    if filters is not None:
        arguments.append(argument("filter", filters | None, "Only those that fit.", default=None))
    return planned(Page(by, where, size, kept, among), description, arguments=tuple(arguments))


def _paging(orders: type[Enum], default: str) -> list[StrawberryArgument]:
    return [
        argument(
            "first",
            int,
            f"How many at most, 1 to {MAX_FIRST}.",
            default=DEFAULT_FIRST,
        ),
        argument("after", str | None, "Start behind this cursor.", default=None),
        argument(
            "order_by",
            orders,
            "In which order.",
            default=orders[default],
        ),
    ]


def mixed_order(sql_type: KeyType, *, descending: bool = True) -> Order:
    """An order of a mixed list; each member says by what it goes."""
    return Order("{row}.key", sql_type, descending, tie="{row}.tie")


def mixed_page(
    description: str,
    *,
    members: tuple[Member, ...],
    orders: type[Enum],
    by: Mapping[str, Order],
    arguments: tuple[StrawberryArgument, ...] = (),
) -> Any:
    """A connection of a union or an interface. `by` is made of `mixed_order`s."""
    paging = _paging(orders, next(iter(by)))
    return planned(Mixed(members, by), description, arguments=(*paging, *arguments))


def mixed_rows(
    description: str,
    *,
    members: tuple[Member, ...],
    by: Order,
    limit: int,
    arguments: tuple[StrawberryArgument, ...] = (),
) -> Any:
    """A plain list of a union or an interface: at most `limit` rows; the members' key is LISTED."""
    reading = Mixed(members, {"LISTED": by}, limit)
    return planned(reading, description, arguments=arguments)


def made(
    description: str,
    *,
    sources: Callable[[Statement, Arguments], str],
    make: Callable[[Any], Mapping[str, Any]],
    arguments: tuple[StrawberryArgument, ...] = (),
) -> Any:
    """An object at the root that Python makes; the fields of its type are `told`."""
    return planned(Made(sources, make), description, arguments=arguments)


def told(description: str) -> Any:
    """A field of an object that is made."""
    return planned(Told(), description)


def found_page(
    description: str,
    *,
    table: Callable[..., str],
    by: Order,
    most: int,
    filters: type[Any],
    arguments: tuple[StrawberryArgument, ...],
) -> Any:
    """A connection of what the arguments find, in the one order `by`, `most` rows at the most."""
    listed = (
        *arguments,
        argument("filter", filters | None, "Only those that fit.", default=None),
        argument("first", int, f"How many at most, 1 to {MAX_FIRST}.", default=DEFAULT_FIRST),
        argument("after", str | None, "Start behind this cursor.", default=None),
    )
    return planned(Found(table, by, most), description, arguments=listed)


def chosen(description: str, *, type_name: str, number: str) -> Any:
    """An object of a union or an interface; its type shows in the row."""
    return planned(Chosen(type_name, number), description)


def followed(kind: str, field: Any) -> Any:
    """A subscription's field whose articles' ids are followed under this kind, and not under the
    kind of what they are. Typed as the field's declaration is."""
    field.metadata = {**field.metadata, FOLLOWED: kind}
    return field


def condition(
    description: str,
    sql: str,
    sql_type: str,
    *,
    id_of: tuple[str, ...] = (),
    kept: Kept | None = None,
    side: str = "",
) -> Any:
    """A field of a filter input: what it asks of a row. Of several that are given, the one that
    stands first in its class decides how the list is read: the narrowest come first."""
    return _filtering(description, Condition(sql, sql_type, id_of, kept, side))


def belonging(
    description: str,
    column: str,
    to: str,
    *,
    among: str = "{value}",
    kept: Kept | None = None,
) -> Any:
    """A condition on a foreign key: the object whose global id is given, or one of those that
    `among`, SQL of ids, makes of it. to: the type of the id."""
    sql = f"{{row}}.{column} = {{value}}"
    if among != "{value}":
        sql = f"{{row}}.{column} IN ({among})"
    reading = Condition(sql, "bigint", (to,), kept, parents=(column, among))
    return _filtering(description, reading)


def _filtering(description: str, reading: Condition) -> Any:
    return strawberry.field(description=description, default=None, metadata={CONDITION: reading})
