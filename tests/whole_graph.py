"""Everything the graph shows of what is in the database: generated from the schema, asked field by
field, of every row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from graphql.type import GraphQLNonNull

from tests.graph import Graph

ROWS, IDS = 20, 100
ARGUMENTS: dict[str, dict[str, str]] = {
    "Query.column": {"slug": '"archive"'},
    "Query.columns": {"organizationId": '"Organization:1"'},
    "Query.front": {"organizationId": '"Organization:1"', "name": '"archive"'},
    "Query.leaderboard": {"of": "ARTICLES"},
    "Query.search": {"query": '"志愿"'},
}
"""Of fields that cannot be asked without, and are not about one row."""

PATHS = {
    "Viewer": "viewer { %s }",
    "PreviewLink": "articles(first: 100) { nodes { previewLinks { nodes { %s } } } }",
    "ReviewEntry": "reviews(first: 20) { nodes { entries(first: 100) { nodes { %s } } } }",
    "ReviewFinding": "reviews(first: 20) { nodes { findings(first: 20) { nodes { %s } } } }",
    "ReviewInvitation": "reviews(first: 20) { nodes { invitations { %s } } }",
    "Column": 'column(slug: "archive") { %s }',
    "Front": 'front(organizationId: "Organization:1", name: "archive") { %s }',
}

Schema = GraphQLSchema
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


@dataclass(frozen=True)
class Asked:
    """One field, or all plain fields, of every row of a type. place: e.g. Article.posts."""

    place: str
    document: str
    is_by_id: bool


def documents(schema: Schema) -> Iterator[Asked]:
    """Raises LookupError for a type with an id that nothing here leads to."""
    for type_ in schema.type_map.values():
        is_read = not type_.name.endswith("Payload")
        if isinstance(type_, GraphQLObjectType) and "id" in type_.fields and is_read:
            yield from _of_type(schema, type_)
    query = schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        if not _needs_id(f"Query.{name}", field):
            yield Asked(f"Query.{name}", f"{{ {_selected(schema, 'Query', name, field)} }}", False)


def _of_type(schema: Schema, type_: GraphQLObjectType) -> Iterator[Asked]:
    around = _around(schema, type_)
    plain: list[tuple[str, str]] = []
    rest: list[tuple[str, str]] = []
    for name, field in type_.fields.items():
        text = _selected(schema, type_.name, name, field)
        (plain if is_leaf_type(get_named_type(field.type)) else rest).append((name, text))
    is_by_id = "$ids" in around
    yield Asked(type_.name, around % " ".join(text for _, text in plain), is_by_id)
    for name, text in rest:
        yield Asked(f"{type_.name}.{name}", around % f"id {text}", is_by_id)


def _around(schema: Schema, type_: GraphQLObjectType) -> str:
    """What asks something of all of its rows."""
    if any(interface.name == "Node" for interface in type_.interfaces):
        return f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {type_.name} {{ %s }} }} }}"
    if type_.name in PATHS:
        return f"{{ {PATHS[type_.name]} }}"
    query = schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        found = get_named_type(field.type)
        if found.name == f"{type_.name}Connection" and not _needs_id(f"Query.{name}", field):
            return f"{{ {name}(first: 50) {{ nodes {{ %s }} }} }}"
        if found is type_ and is_list_type(_bare(field.type)):
            return f"{{ {name} {{ %s }} }}"
    raise LookupError(f"nothing leads to every {type_.name}")


def _bare(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def _needs_id(place: str, field: GraphQLField) -> bool:
    """Whether it is about one row, which is looked at by its type."""
    needed = [name for name, argument in field.args.items() if is_required_argument(argument)]
    return "id" in field.args or any(name not in ARGUMENTS.get(place, {}) for name in needed)


def _selected(schema: Schema, owner: str, name: str, field: GraphQLField) -> str:
    """The field with all below it that stands on no row of its own."""
    given = dict(ARGUMENTS.get(f"{owner}.{name}", {}))
    if "first" in field.args:
        given["first"] = str(ROWS)
    arguments = ", ".join(f"{key}: {value}" for key, value in given.items())
    below = _below(schema, get_named_type(field.type), frozenset({owner}))
    return f"{name}{f'({arguments})' if arguments else ''} {below}".strip()


def _below(schema: Schema, type_: Any, above: frozenset[str]) -> str:
    """Of a row its id; of anything else all it has. above: what this stands in."""
    if is_leaf_type(type_):
        return ""
    if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        possible = [each for each in schema.get_possible_types(type_) if each.name not in above]
        parts = [f"... on {each.name} {_below(schema, each, above)}" for each in possible]
        return f"{{ __typename {' '.join(parts)} }}"
    if "id" in type_.fields:
        return "{ id }"
    above |= {type_.name}
    fields = [
        f"{name} {_below(schema, get_named_type(field.type), above)}"
        for name, field in type_.fields.items()
        if name not in ("edges", "pageInfo")
        and not _is_again(get_named_type(field.type), above)
        and not any(is_required_argument(argument) for argument in field.args.values())
    ]
    return f"{{ __typename {' '.join(fields)} }}"


def _is_again(type_: Any, above: frozenset[str]) -> bool:
    """Whether it has been selected further up already; a row's id costs nothing."""
    return type_.name in above and "id" not in type_.fields


async def ask_everything(
    opened: Graph, schema: Schema, ids: Mapping[str, list[str]], token: str
) -> dict[str, Any]:
    """Answers by place. ids: of the rows of types that are asked by their id."""
    found = {}
    for asked in documents(schema):
        if not asked.is_by_id:
            found[asked.place] = await _ask(opened, asked, token)
            continue
        mine = ids.get(asked.place.partition(".")[0], [])
        found[asked.place] = [
            await _ask(opened, asked, token, ids=mine[start : start + IDS])
            for start in range(0, len(mine), IDS)
        ]
    return found


async def _ask(opened: Graph, asked: Asked, token: str, **given: Any) -> Any:
    headers = {"authorization": f"Bearer {token}", "cache-control": "no-cache"}
    answer = (await opened.post(asked.document, given, **headers)).json()
    assert "errors" not in answer, f"{asked.place}: {json.dumps(answer['errors'])[:600]}"
    return answer["data"]
