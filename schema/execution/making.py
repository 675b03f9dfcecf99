"""Objects that Python makes of what was read: what is asked of them is picked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from graphql import FieldNode, GraphQLObjectType, GraphQLSchema, get_named_type

from schema.execution.answers import NULL, encode
from schema.execution.documents import Document
from schema.planner.readings import Made
from schema.planner.selections import collect


def complete(
    schema: GraphQLSchema,
    document: Document,
    nodes: list[FieldNode],
    made: Made,
    sources: bytes,
    variables: dict[str, Any],
) -> bytes:
    """JSON of what is asked of the object; null where there was nothing to make it of."""
    if sources == NULL:
        return NULL
    assert schema.query_type is not None
    type_ = get_named_type(schema.query_type.fields[nodes[0].name.value].type)
    assert isinstance(type_, GraphQLObjectType)
    values = made.make(msgspec.json.decode(sources))
    return encode(_Picker(schema, document, variables).object(type_, nodes, values))


class _Picker:
    def __init__(
        self, schema: GraphQLSchema, document: Document, variables: dict[str, Any]
    ) -> None:
        self._schema = schema
        self._document = document
        self._variables = variables

    def object(
        self, type_: GraphQLObjectType, nodes: Iterable[FieldNode], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        fragments, variables = self._document.fragments, self._variables
        selected = collect(self._schema, fragments, variables, type_, nodes)
        return {key: self._value(type_, chosen, values) for key, chosen in selected.items()}

    def _value(
        self, type_: GraphQLObjectType, nodes: list[FieldNode], values: Mapping[str, Any]
    ) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return type_.name
        inner = get_named_type(type_.fields[name].type)
        value = values[name]
        if value is None or not isinstance(inner, GraphQLObjectType):
            return value
        if isinstance(value, list):
            return [self.object(inner, nodes, each) for each in value]
        return self.object(inner, nodes, value)
