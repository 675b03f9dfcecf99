"""An enemy that invents documents: walks the schema at random, by habits that a search can tune."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import strategies as st

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
MOST_FIELDS, MOST_ALIASES, MOST_LEVELS, MOST_FRAGMENTS = 490, 95, 17, 95


@dataclass(frozen=True)
class Habits:
    """How likely each trick is at each field, from 0 to 1; width: fields in one selection.

    wrong: a name that does not exist. spread: the selection stands in a fragment of its own.
    """

    seed: int
    width: int
    alias: float
    duplicate: float
    directive: float
    inline: float
    spread: float
    wrong: float
    deep: float


CHANCES = st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.9])
HABITS = st.builds(
    Habits,
    seed=st.integers(0, 2**32),
    width=st.integers(2, 60),
    alias=CHANCES,
    duplicate=CHANCES,
    directive=CHANCES,
    inline=CHANCES,
    spread=CHANCES,
    wrong=st.sampled_from([0.0, 0.0, 0.02, 0.5]),
    deep=st.sampled_from([0.2, 0.5, 0.9]),
)


@dataclass
class Adversary:
    schema: GraphQLSchema
    habits: Habits
    fields: int = 0
    aliases: int = 0
    fragments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(self.habits.seed)

    def document(self) -> str:
        query = self.schema.query_type
        assert query is not None
        body = self._selection(query, 0)
        return "\n".join([body, *self.fragments])

    def _does(self, chance: float) -> bool:
        return self._random.random() < chance

    def _selection(self, type_: Composite, level: int) -> str:
        parts: list[str] = []
        width = min(self.habits.width, 29) if level == 0 else self.habits.width
        for _ in range(width):
            if self.fields >= MOST_FIELDS:
                break
            part = self._field(type_, level)
            parts.extend([part] * (2 if self._does(self.habits.duplicate) and level else 1))
        body = "{ " + (" ".join(parts) or "__typename") + " }"
        if self._does(self.habits.spread) and len(self.fragments) < MOST_FRAGMENTS:
            name = f"f{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {type_.name} {body}")
            body = f"{{ ...{name} }}"
        if self._does(self.habits.inline):
            body = f"{{ ... on {self._narrower(type_)} {body} }}"
        return body

    def _narrower(self, type_: Composite) -> str:
        if isinstance(type_, GraphQLObjectType):
            return type_.name
        possible = self.schema.get_possible_types(type_)
        return self._random.choice(list(possible)).name

    def _field(self, type_: Composite, level: int) -> str:
        self.fields += 1
        chosen = self._choice(type_, level)
        if chosen is None:
            return "__typename"
        name, definition = chosen
        text = name + self._arguments(definition)
        if self._does(self.habits.alias) and self.aliases < MOST_ALIASES:
            self.aliases += 1
            text = f"a{self.aliases}: {text}"
        if self._does(self.habits.wrong):
            return f"{text}Wrong{self.fields}"
        if self._does(self.habits.directive / 5):
            text += " @include(if: true)"
        inner = get_named_type(definition.type)
        if isinstance(inner, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            text += self._selection(inner, level + 1)
        return text

    def _choice(self, type_: Composite, level: int) -> tuple[str, GraphQLField] | None:
        if isinstance(type_, GraphQLUnionType):
            return None
        leaves: list[tuple[str, GraphQLField]] = []
        composites: list[tuple[str, GraphQLField]] = []
        for name, definition in type_.fields.items():
            is_leaf = is_leaf_type(get_named_type(definition.type))
            (leaves if is_leaf else composites).append((name, definition))
        goes_deep = composites and level < MOST_LEVELS and self._does(self.habits.deep)
        among = composites if goes_deep else leaves
        return self._random.choice(among) if among else None

    def _arguments(self, definition: GraphQLField) -> str:
        given = [
            f"{name}: {self._value(str(argument.type))}"
            for name, argument in definition.args.items()
            if is_required_argument(argument)
        ]
        if "first" in definition.args:
            given.append("first: 1")
        return f"({', '.join(given)})" if given else ""

    def _value(self, type_: str) -> str:
        if type_.startswith("["):
            return '["Article:1"]'
        return {"ID!": '"Article:1"', "Int!": "1"}.get(type_, "ARTICLES")
