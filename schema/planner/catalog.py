"""What the types of a schema declared: found by their GraphQL types, checked once at start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

from domain.access import ANONYMOUS, EVERY_ROW
from schema.planner.readings import (
    CONDITION,
    FOLLOWED,
    READING,
    Condition,
    One,
    Reading,
    Standing,
)

DEFINITION = "strawberry-definition"


class UndeclaredError(TypeError):
    """A field that does not say how it is read."""


def reading_of(field: GraphQLField) -> Reading:
    reading: Reading = field.extensions[DEFINITION].metadata[READING]
    return reading


def followed_as(field: GraphQLField) -> str:
    """The kind under which what a subscription names is followed; empty where it is its own."""
    return str(field.extensions[DEFINITION].metadata.get(FOLLOWED, ""))


def python_name(field: GraphQLField) -> str:
    return str(field.extensions[DEFINITION].python_name)


def standing_of(type_: GraphQLObjectType) -> Standing:
    """What a type stands on. Raises KeyError for one that is a mere part of another's row."""
    standing: Standing = type_.extensions[DEFINITION].origin.__dict__["__standing__"]
    return standing


def kind_of(type_: GraphQLObjectType) -> str:
    """The type's kind of subject, empty where it has no totals."""
    return standing_of(type_).kind if stands(type_) else ""


def stands(type_: GraphQLObjectType) -> bool:
    return "__standing__" in type_.extensions[DEFINITION].origin.__dict__


def class_of(type_: GraphQLObjectType) -> type[Any]:
    """The class a type was made from; the generic one, e.g. Connection for ArticleConnection."""
    definition = type_.extensions[DEFINITION]
    class_: type[Any] = (definition.concrete_of or definition).origin
    return class_


def object_of(field: GraphQLField) -> GraphQLObjectType:
    """The object type a field leads to, lists and non-nulls taken off."""
    target = get_named_type(field.type)
    assert isinstance(target, GraphQLObjectType)
    return target


def conditions_of(type_: GraphQLInputObjectType) -> dict[str, Condition]:
    fields: dict[str, GraphQLField] = type_.fields
    return {
        name: field.extensions[DEFINITION].metadata[CONDITION] for name, field in fields.items()
    }


def max_ages(schema: GraphQLSchema) -> dict[str, int]:
    """How long what stands on a table may be kept outside, in seconds, by table."""
    found: dict[str, int] = {}
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and DEFINITION in type_.extensions:
            if not stands(type_):
                continue
            standing = standing_of(type_)
            age = standing.max_age_seconds
            found[standing.table] = min(age, found.get(standing.table, age))
    return found


def check(schema: GraphQLSchema, *, pages: tuple[type[Any], ...]) -> None:
    """Every field reachable from the queries says how it is read, and none promises a row that
    somebody may not see. Raises UndeclaredError that names the field.

    pages: the classes pages are made of; the planner itself knows how to read these.
    """
    for type_, name, field in _planned_fields(schema, pages):
        if READING not in field.extensions[DEFINITION].metadata:
            raise UndeclaredError(f"{type_.name}.{name} does not say how it is read")
        reading = reading_of(field)
        if not isinstance(reading, One) or not isinstance(field.type, GraphQLNonNull):
            continue
        if standing_of(object_of(field)).visible(ANONYMOUS) != EVERY_ROW:
            raise UndeclaredError(f"{type_.name}.{name} must be nullable: not all may see it")


def _planned_fields(
    schema: GraphQLSchema, pages: tuple[type[Any], ...]
) -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    seen: set[str] = set()
    query = schema.query_type
    waiting = [query] if query is not None else []
    while waiting:
        type_ = waiting.pop()
        if type_.name in seen:
            continue
        seen.add(type_.name)
        for name, field in type_.fields.items():
            if class_of(type_) not in pages:
                yield type_, name, field
            target = get_named_type(field.type)
            if is_abstract_type(target):
                waiting.extend(schema.get_possible_types(target))
            elif isinstance(target, GraphQLObjectType):
                waiting.append(target)
