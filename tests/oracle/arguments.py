"""Arguments of a field, as literals and variables, and how many rows they let it ask for."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    IntValueNode,
    get_named_type,
)

from tests.oracle.values import COUNTED, ID_FIELDS, Spot, Values, is_required, written
from tests.oracle.variables import Variables
from tests.oracle.words import NO_NODES

SIZES = (100, 50, 30, 20, 10, 5, 3, 2, 1)
LONGEST = {"mostReadNow": 50, "related": 20}
"""The most rows of a list, where that is not a hundred."""

MOST_IDS = 100
POINTS = 50
ABOVE = 5
INDICES = 60
UNASKED = {"organizations": 100, "entries": 20, "usedBy": 5}
"""What the planner's cost counts a list of ids, a series or comparison, a line of ancestors, the
indices of one account and lists without arguments for."""


class Arguments:
    def __init__(self, values: Values, variables: Variables) -> None:
        self.values = values
        self.variables = variables

    def of(self, owner: str, name: str, field: GraphQLField, room: int) -> tuple[str, int]:
        """The text, empty or in brackets, and how many rows one parent leads to at most."""
        if "first" in field.args:
            return self._list(name, field, room)
        return _bracketed(self._given(owner, name, field)), least(name, field)

    def _list(self, name: str, field: GraphQLField, room: int) -> tuple[str, int]:
        most = next((size for size in SIZES if size <= min(room, LONGEST.get(name, 100))), 1)
        first = self._first(field, most)
        if first is None:
            given, times = {}, _usual(field.args["first"])
        else:
            given, times = {"first": first}, most
        spots = {
            given: Spot(given, argument.type, types=(ID_FIELDS.get(given, ""),))
            for given, argument in field.args.items()
        }
        if "after" in spots:
            given |= self._ordered(field, spots)
        others = [other for other in spots if other not in ("first", "after", "orderBy")]
        return _bracketed(given | self._plain(field, spots, others)), times

    def _first(self, field: GraphQLField, most: int) -> str | None:
        """None: left out."""
        if most >= 30 and self.values.chance(30):
            return None
        spot = Spot("first", field.args["first"].type, most=most)
        return self._one(spot, field.args["first"])

    def _ordered(self, field: GraphQLField, spots: dict[str, Spot]) -> dict[str, str]:
        """A cursor only fits the order it comes from: where one is given, the order is written."""
        if "orderBy" not in spots:
            return self._found(field, spots)
        if not self.values.chance(35):
            return self._plain(field, spots, ["orderBy"])
        orders = get_named_type(spots["orderBy"].type_)
        assert isinstance(orders, GraphQLEnumType)
        order = str(self.values.one(list(orders.values)))
        node = _node_type(field)
        after = Spot("after", spots["after"].type_, order=(node, order))
        if not self.values.words.cursors.get(after.order):
            return {}
        return {"orderBy": order, "after": self._one(after, field.args["after"])}

    def _found(self, field: GraphQLField, spots: dict[str, Spot]) -> dict[str, str]:
        """A search has one order. Any of its cursors says where to go on."""
        after = Spot("after", spots["after"].type_, order=(_node_type(field), "FOUND"))
        return {"after": self._one(after, field.args["after"])} if self.values.chance(35) else {}

    def _given(self, owner: str, name: str, field: GraphQLField) -> dict[str, str]:
        if owner != "Query":
            spots = {given: Spot(given, arg.type) for given, arg in field.args.items()}
            return self._plain(field, spots, list(spots))
        if name in ("article", "category"):
            key = self.values.one(["id", "slug"])
            spot = Spot(key, field.args[key].type, types=(name.capitalize(),))
            null = "slug" if key == "id" else "id"
            rest = {null: "null"} if self.values.chance(20) else {}
            return {key: self._one(spot, field.args[key], nullable=False), **rest}
        types = _types_of(name, self.values)
        spots = {given: Spot(given, arg.type, types=types) for given, arg in field.args.items()}
        if name == "nodes" and self.values.chance(40):
            item = Spot("id", spots["ids"].type_.of_type.of_type, types=types)  # type: ignore[union-attr]
            return {"ids": self._listed(item)}
        return self._plain(field, spots, list(spots))

    def _listed(self, spot: Spot) -> str:
        """A list whose items may be variables, or one literal that stands for a list of one."""
        if self.values.chance(20):
            return written(self.values.new(spot), spot.type_)
        return f"[{', '.join(self._item(spot) for _ in range(self.values.one([1, 2, 3])))}]"

    def _item(self, spot: Spot) -> str:
        if self.values.chance(50) and str(spot.type_) == "ID!":
            return self.variables.use(spot, default_here=False)
        return written(self.values.new(spot), spot.type_)

    def _plain(
        self, field: GraphQLField, spots: dict[str, Spot], names: list[str]
    ) -> dict[str, str]:
        given = {}
        for name in (name for name in names if name in spots):
            must = is_required(spots[name].type_) and not _has_default(field.args[name])
            if must or self.values.chance(45):
                given[name] = self._one(spots[name], field.args[name])
        return given

    def _one(self, spot: Spot, argument: GraphQLArgument, *, nullable: bool = True) -> str:
        values = self.values
        if values.chance(50):
            return self.variables.use(spot, default_here=_has_default(argument), nullable=nullable)
        if nullable and not is_required(spot.type_) and values.chance(10):
            return "null"
        type_ = get_named_type(spot.type_)
        if isinstance(type_, GraphQLInputObjectType):
            return self._filter(type_, spot)
        return written(values.new(spot), spot.type_)

    def _filter(self, type_: GraphQLInputObjectType, spot: Spot) -> str:
        """An object some of whose fields are variables."""
        parts = []
        for name, value in self.values.new(spot).items():
            field = type_.fields[name]
            below = spot.below(name, field.type, type_.name)
            use = value is not None and self.values.chance(40)
            text = (
                self.variables.use(below, default_here=True) if use else written(value, field.type)
            )
            parts.append(f"{name}: {text}")
        return "{" + ", ".join(parts) + "}"


def least(name: str, field: GraphQLField) -> int:
    """How many rows the field leads to where its arguments cannot change that, else 1."""
    if name == "indices":
        return INDICES
    if name in UNASKED and not field.args:
        return UNASKED[name]
    if "bucket" in field.args or "compare" in field.args:
        return POINTS
    return MOST_IDS if name == "nodes" else ABOVE if name == "ancestors" else 1


def _types_of(name: str, values: Values) -> tuple[str, ...]:
    if name in ("node", "nodes"):
        return tuple(type_ for type_ in values.words.ids if type_ not in NO_NODES)
    if name in ("articleRevision", "compareRevisions"):
        return ("Article",)
    if name == "front":
        return ("Organization",)
    return COUNTED if name == "engagementSeries" else (name.capitalize(),)


def _node_type(field: GraphQLField) -> str:
    connection: Any = get_named_type(field.type)
    assert isinstance(connection, GraphQLObjectType)
    return connection.name.removesuffix("Connection")


def _has_default(argument: GraphQLArgument) -> bool:
    return argument.ast_node is not None and argument.ast_node.default_value is not None


def _usual(first: GraphQLArgument) -> int:
    """How many rows a list has where nothing is said."""
    assert first.ast_node is not None
    assert isinstance(first.ast_node.default_value, IntValueNode)
    return int(first.ast_node.default_value.value)


def _bracketed(given: dict[str, str]) -> str:
    listed = ", ".join(f"{name}: {text}" for name, text in given.items())
    return f"({listed})" if listed else ""
