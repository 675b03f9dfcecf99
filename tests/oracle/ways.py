"""The shortest way to each type, so that documents lead to all of them, the far ones too."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator
from typing import Any, TypeAlias

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

Way: TypeAlias = tuple[tuple[str, str], ...]
"""Steps from the root: the name of a type, and of its field that leads on; of the last one none."""

BY_ID = ("node", "nodes")
"""These lead to everything, mostly to something else."""


def ways(schema: GraphQLSchema, without: Container[str]) -> list[Way]:
    """To each object type that a query leads to, but for what is only behind some fields."""
    assert schema.query_type is not None
    root = schema.query_type
    found: dict[str, Way] = {root.name: ((root.name, ""),)}
    waiting = deque([root])
    while waiting:
        type_ = waiting.popleft()
        for name, field in type_.fields.items():
            if name in without or (type_ is root and name in BY_ID):
                continue
            for other in objects(schema, get_named_type(field.type)):
                if other.name not in found:
                    so_far = found[type_.name][:-1]
                    found[other.name] = (*so_far, (type_.name, name), (other.name, ""))
                    waiting.append(other)
    by_id: list[Way] = [((root.name, name), ("Node", "")) for name in BY_ID]
    return [*found.values(), *by_id * 10]


def reachable(schema: GraphQLSchema, without: Container[str]) -> Iterator[tuple[str, str]]:
    """Every field of every type to which a way leads. Introspection is no part of it."""
    for way in ways(schema, without):
        type_ = schema.type_map[way[-1][0]]
        if isinstance(type_, GraphQLObjectType):
            yield from ((type_.name, name) for name in type_.fields if name not in without)


def objects(schema: GraphQLSchema, type_: Any) -> list[GraphQLObjectType]:
    """The object types that something of this type can be; none of a scalar."""
    if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        return list(schema.get_possible_types(type_))
    return [type_] if isinstance(type_, GraphQLObjectType) else []
