"""Valid documents drawn from a schema: every field, nested, aliased, in fragments."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from tests.oracle.arguments import Arguments, least
from tests.oracle.restricted import RESTRICTED
from tests.oracle.values import Values
from tests.oracle.variables import Variables
from tests.oracle.ways import Way, ways
from tests.oracle.words import Words

Selectable: TypeAlias = GraphQLObjectType | GraphQLInterfaceType
"""What has fields."""

Composite: TypeAlias = Selectable | GraphQLUnionType
DEEPEST = 6
MOST_FIELDS = 60
MOST_ALIASES = 70
"""From there on as few as can be: a document may have a hundred."""

ELSEWHERE = {
    "breaks": "where definitions change within a series: test_engagement_breaks.py",
    "column": "by an id or a slug of its own: test_columns.py",
    "columns": "likewise",
    "explain": "how a total was derived, by rules of its own: test_engagement_explanation.py",
    "preview": "opens by a secret, whoever asks, and shows one revision: test_previews.py",
    "roleGrants": "who holds what, and by whom: test_grants.py, test_access_sessions.py",
    "tokens": "credentials, for who keeps them: test_tokens.py, test_access_viewers.py",
    "users": "accounts, for who keeps them: test_users_graph.py",
    "viewer": "the caller and no row: test_access_viewers.py",
}
"""Fields that no document here asks for: why not, and where they are tried."""

SHORT = 10
"""Rows of a list on whose way there are more lists."""

ROWS = 12_000
"""The most rows a document may ask for: below what one request may."""


@dataclass(frozen=True)
class Case:
    """A document, and sets of variables for it; the first two are of one shape."""

    document: str
    sets: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Place:
    """type_: what is selected from. times: how many such objects there can be.

    is_open: which type it is shows only when it runs; then equal names of different types must
    not meet under one key.
    """

    type_: Composite
    times: int
    depth: int
    is_open: bool = False


@dataclass(frozen=True)
class Fragment:
    name: str
    place: Place
    cost: int


class Drafting:
    """One document in the making."""

    def __init__(self, random: Random, schema: GraphQLSchema, words: Words, way: Way) -> None:
        self.schema = schema
        self.values = Values(random, words)
        self.variables = Variables(self.values)
        self.arguments = Arguments(self.values, self.variables)
        self.fragments: list[Fragment] = []
        self.definitions: list[str] = []
        self.cost = 0
        self.names = 0
        self.fields = 0
        self.way = way
        is_restricted = any(step in RESTRICTED for step in self.way)
        self.is_open_to_all = not is_restricted and self.values.chance(60)

    def case(self) -> Case:
        query = self.schema.query_type
        assert query is not None
        selection = self.selection(Place(query, 1, DEEPEST), most=3, way=self.way)
        declared = self.variables.declarations
        start = f"query{declared} " if declared else ""
        text = "\n".join([start + selection, *self.definitions])
        return Case(text, self.variables.sets())

    def selection(self, place: Place, *, most: int = 6, way: Way = ()) -> str:
        """way: on which one of its members goes on."""
        is_full = self.fields > MOST_FIELDS or self.names > MOST_ALIASES
        number = 1 if is_full else self.values.number(1, most)
        self.fields += number
        leading = [self._led(place, way)] if way else []
        members = [*leading, *(self._member(place) for _ in range(number))]
        return "{ " + " ".join(members) + " }"

    def _led(self, place: Place, way: Way) -> str:
        """The next step."""
        (owner, name), *rest = way
        type_ = self.schema.type_map[owner]
        assert isinstance(type_, Selectable)
        inside = place if place.type_ is type_ else self._inside(place, type_)
        text = self._object(inside, type_, name, tuple(rest)) if name else self._member(inside)
        return text if inside is place else f"... on {owner} {{ {text} }}"

    def _member(self, place: Place) -> str:
        chance = self.values.chance
        if chance(7):
            return self._alias(10) + "__typename"
        if self._has_room(place) and chance(45 if place.is_open else 12):
            return self._fragment(place)
        if isinstance(place.type_, GraphQLUnionType):
            return self._fragment(place) if self._has_room(place) else "__typename"
        return self._field(place, place.type_)

    def _alias(self, percent: int) -> str:
        if not self.values.chance(percent):
            return ""
        self.names += 1
        return f"k{self.names}: "

    def _directives(self) -> str:
        if not self.values.chance(8):
            return ""
        is_literal = self.values.chance(40)
        condition = self.values.one(["true", "false"]) if is_literal else self.variables.condition()
        return f" @{self.values.one(['include', 'skip'])}(if: {condition})"

    def _field(self, place: Place, type_: Selectable) -> str:
        leaves = [name for name, field in type_.fields.items() if _is_leaf(field)]
        objects = [
            name
            for name in type_.fields
            if name not in (*leaves, *ELSEWHERE) and self._may_ask(type_.name, name)
        ]
        affordable = self._has_room(place) and self.cost + place.times <= ROWS
        if not affordable or not objects:
            return self._leaf(place, leaves)
        if leaves and not self.values.chance(60):
            return self._leaf(place, leaves)
        return self._object(place, type_, self.values.one(objects))

    def _may_ask(self, type_name: str, name: str) -> bool:
        return not self.is_open_to_all or (type_name, name) not in RESTRICTED

    def _has_room(self, place: Place) -> bool:
        return place.depth > 0 and self.fields < MOST_FIELDS and self.names < MOST_ALIASES

    def _leaf(self, place: Place, leaves: list[str]) -> str:
        name = self.values.one(leaves) if leaves else "__typename"
        return self._key(place, name, has_arguments=False) + name + self._directives()

    def _key(self, place: Place, name: str, *, has_arguments: bool) -> str:
        """An alias where one is needed: the same name may stand for different things here."""
        must = has_arguments or (place.is_open and not self._is_shared(name))
        return self._alias(100 if must and name != "__typename" else 15)

    def _is_shared(self, name: str) -> bool:
        counted = self.schema.type_map["Counted"]
        assert isinstance(counted, GraphQLInterfaceType)
        return name in counted.fields

    def _object(self, place: Place, type_: Selectable, name: str, way: Way = ()) -> str:
        field = type_.fields[name]
        room = (ROWS - self.cost) // place.times
        room = min(room, SHORT) if len(way) > 2 else room
        if least(name, field) > room:
            return "__typename"
        text, times = self.arguments.of(type_.name, name, field, room)
        self.cost += place.times * times
        head = self._key(place, name, has_arguments=bool(text)) + name + text
        target = get_named_type(field.type)
        assert isinstance(target, Composite)
        is_open = place.is_open or not isinstance(target, GraphQLObjectType)
        below = Place(target, place.times * times, place.depth - 1, is_open)
        parts = [f"{head}{self._directives()} {self.selection(below, way=way)}"]
        if self.values.chance(6):
            parts.append(f"{head} {self.selection(below, most=2)}")
        return " ".join(parts)

    def _fragment(self, place: Place) -> str:
        conditions = self._conditions(place.type_)
        known = [one for one in self.fragments if self._fits(one, place, conditions)]
        if known and self.values.chance(40):
            chosen = self.values.one(known)
            self.cost += chosen.cost
            twice = f" ...{chosen.name}" if self.values.chance(30) else ""
            return f"...{chosen.name}{self._directives()}{twice}"
        if self.values.chance(10):
            return f"...{self._directives()} {self.selection(self._inside(place, place.type_))}"
        type_ = self.values.one(conditions)
        inside = self._inside(place, type_)
        if self.values.chance(50):
            return f"... on {type_.name}{self._directives()} {self.selection(inside)}"
        return f"...{self._define(inside)}{self._directives()}"

    def _inside(self, place: Place, type_: Composite) -> Place:
        is_open = place.is_open or not isinstance(type_, GraphQLObjectType)
        return Place(type_, place.times, place.depth - 1, is_open)

    def _fits(self, known: Fragment, place: Place, conditions: list[Composite]) -> bool:
        at = known.place
        return (
            at.type_ in conditions
            and at.times >= place.times
            and at.is_open == self._inside(place, at.type_).is_open
            and self.cost + known.cost <= ROWS
        )

    def _define(self, inside: Place) -> str:
        before = self.cost
        selection = self.selection(inside)
        name = f"F{len(self.definitions)}"
        self.definitions.append(f"fragment {name} on {inside.type_.name} {selection}")
        self.fragments.append(Fragment(name, inside, self.cost - before))
        return name

    def _conditions(self, type_: Composite) -> list[Composite]:
        """Types a fragment here may be on: some row could be of both."""
        possible = set(self._possible(type_))
        return [
            other
            for other in self.schema.type_map.values()
            if isinstance(other, Composite)
            and not other.name.startswith("__")
            and possible & set(self._possible(other))
        ]

    def _possible(self, type_: Composite) -> list[GraphQLObjectType]:
        if isinstance(type_, GraphQLObjectType):
            return [type_]
        return list(self.schema.get_possible_types(type_))


def _is_leaf(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type)) and not field.args


def case_of(schema: GraphQLSchema, words: Words, seed: int) -> Case:
    """The same one for the same seed; seeds in a row lead to every type in turn.

    Drawn choice by choice by hypothesis, three of five would be one that was there before, and more
    than half of all fields would never occur.
    """
    known = ways(schema, ELSEWHERE)
    return Drafting(Random(seed), schema, words, known[seed % len(known)]).case()
