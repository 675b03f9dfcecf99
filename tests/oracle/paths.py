"""Every way from the root to every type: a list of steps, and the document that walks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from tests.oracle.arguments import LONGEST
from tests.oracle.documents import ELSEWHERE
from tests.oracle.restricted import Place

SIZES = {1: (100,), 2: (20, 5), 3: (8, 4, 2)}
"""How many rows of each list on the way are asked for, so that no way is too costly."""

ROWS_WITHOUT_ID = ("FrontEntry", "MostRead")
"""Types that show which row they are only by what they lead to."""

SHORT_LIST = (
    "(first: 4) { totalCount nodes { id } edges { cursor node { id } }"
    " pageInfo { hasNextPage startCursor endCursor } }"
)
TOTAL = " { value status asOf coverage { known counted } }"
POINTS = " { startsAt value }"
BESIDE = {
    "EngagementSeries": "metric points { startsAt value }",
    "LeaderboardEntry": "rank value",
    "SearchHit": "score snippets { part html }",
}
"""What is asked of that which has a subject."""

OPEN = (GraphQLInterfaceType, GraphQLUnionType)

Step: TypeAlias = tuple[str, str]
"""A field, and the name of the object type it leads to, pages and interfaces looked through."""


@dataclass(frozen=True)
class Path:
    steps: tuple[Step, ...]

    @property
    def end(self) -> str:
        return self.steps[-1][1]

    def __str__(self) -> str:
        return ".".join(f"{name}:{type_name}" for name, type_name in self.steps)


def paths(schema: GraphQLSchema, longest: int) -> list[Path]:
    """All of at most so many steps. From a list of ids only one: it counts for a hundred rows."""
    assert schema.query_type is not None
    found = _from(schema, schema.query_type, (), longest)
    return [path for path in found if len(path.steps) == 1 or path.steps[0][0] != "nodes"]


def _from(
    schema: GraphQLSchema, type_: GraphQLObjectType, before: tuple[Step, ...], longest: int
) -> Iterator[Path]:
    if longest == 0:
        return
    for name, field in type_.fields.items():
        if name in ELSEWHERE:
            continue
        for target in _targets(schema, field):
            steps = (*before, (name, target.name))
            yield Path(steps)
            yield from _from(schema, target, steps, longest - 1)


def _targets(schema: GraphQLSchema, field: GraphQLField) -> list[GraphQLObjectType]:
    """The types with rows of their own that a field leads to."""
    type_ = get_named_type(field.type)
    if isinstance(type_, OPEN):
        return list(schema.get_possible_types(type_))
    if not isinstance(type_, GraphQLObjectType):
        return []
    inner = type_.fields.get("nodes") or type_.fields.get("subject")
    if inner is not None:
        return _targets(schema, inner)
    has_rows = "id" in type_.fields or type_.name in ROWS_WITHOUT_ID
    return [type_] if has_rows else []


def document(
    schema: GraphQLSchema, path: Path, arguments: str, without: frozenset[Place] = frozenset()
) -> str:
    """Everything at the path's end, and one step beyond it. arguments: of the first step. without:
    what is not asked at the end."""
    sizes = SIZES[len(path.steps)]
    return "{ " + _walk(schema, "Query", path.steps, sizes, arguments, without) + " }"


def _walk(
    schema: GraphQLSchema,
    owner: str,
    steps: tuple[Step, ...],
    sizes: tuple[int, ...],
    arguments: str,
    without: frozenset[Place],
) -> str:
    (name, target), rest = steps[0], steps[1:]
    inner = _everything(schema, target, without)
    if rest:
        inner = "{ __typename " + _walk(schema, target, rest, sizes[1:], "", without) + " }"
    type_ = schema.type_map[owner]
    assert isinstance(type_, GraphQLObjectType)
    field = type_.fields[name]
    given = [arguments] if arguments else []
    if "first" in field.args:
        given.append(f"first: {min(sizes[0], LONGEST.get(name, sizes[0]))}")
    called = name + (f"({', '.join(given)})" if given else "")
    return f"{called} {_reached(field, target, inner)}"


def _reached(field: GraphQLField, target: str, inner: str) -> str:
    """The selection of a field, down to the objects of the target type."""
    type_ = get_named_type(field.type)
    if isinstance(type_, OPEN):
        return f"{{ __typename ... on {target} {inner} }}"
    assert isinstance(type_, GraphQLObjectType)
    if "nodes" in type_.fields:
        page = "totalCount pageInfo { hasNextPage startCursor endCursor }"
        nodes = _reached(type_.fields["nodes"], target, inner)
        return f"{{ {page} nodes {nodes} edges {{ cursor node {{ __typename }} }} }}"
    if "subject" in type_.fields:
        beside = BESIDE[type_.name]
        return f"{{ {beside} subject {_reached(type_.fields['subject'], target, inner)} }}"
    return inner


def _everything(schema: GraphQLSchema, type_name: str, without: frozenset[Place]) -> str:
    type_ = schema.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    shown = [
        _shown(name, field)
        for name, field in type_.fields.items()
        if (type_name, name) not in without and name not in ELSEWHERE
    ]
    return "{ __typename " + " ".join(shown) + " }"


def _shown(name: str, field: GraphQLField) -> str:
    type_ = get_named_type(field.type)
    if is_leaf_type(type_):
        return name
    assert isinstance(type_, GraphQLObjectType)
    if "nodes" in type_.fields:
        return name + SHORT_LIST
    if type_.name == "MetricValue":
        return name + TOTAL
    if type_.name == "SeriesPoint":
        return name + POINTS
    leaves = [leaf for leaf, inner in type_.fields.items() if is_leaf_type(_bare(inner))]
    if type_.name in ROWS_WITHOUT_ID:
        leaves += [f"{one} {{ id }}" for one in type_.fields if one not in leaves]
    return f"{name} {{ {' '.join(leaves)} }}"


def _bare(field: GraphQLField) -> object:
    return get_named_type(field.type)
