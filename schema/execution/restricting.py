"""Restricted fields are refused before anything runs, wherever in the document they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

from domain.access import Viewer
from schema.planner.restrictions import NEEDS, Restriction, is_open, restriction_of

Found = dict[Restriction, FieldNode]
"""Of each restriction, the first field that has it."""


@dataclass
class _Part:
    """An operation or a fragment: its own restricted fields, and the fragments it spreads."""

    found: Found = field(default_factory=dict)
    spreads: list[str] = field(default_factory=list)


class _Collector(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.parts: dict[str, _Part] = {}
        self._part = _Part()

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        self._part = self.parts[_key(node.name.value if node.name else None)] = _Part()

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self._part = self.parts[node.name.value] = _Part()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self._part.spreads.append(node.name.value)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        definition = self._info.get_field_def()
        restriction = restriction_of(definition) if definition is not None else None
        if restriction is not None:
            self._part.found.setdefault(restriction, node)


def _key(operation: str | None) -> str:
    """Operations and fragments may have one name; this is no fragment's."""
    return f"operation {operation or ''}"


def restricted_names(schema: GraphQLSchema) -> frozenset[str]:
    """Names of the fields that not everybody may select."""
    return frozenset(
        name
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, declared in type_.fields.items()
        if restriction_of(declared) is not None
    )


def restricted_fields(schema: GraphQLSchema, document: DocumentNode) -> Mapping[str | None, Found]:
    """What each operation of a valid document selects of restricted fields, by its name."""
    info = TypeInfo(schema)
    collector = _Collector(info)
    visit(document, TypeInfoVisitor(info, collector))
    found: dict[str | None, Found] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            name = definition.name.value if definition.name else None
            found[name] = _gathered(collector.parts, _key(name))
    return found


def _gathered(parts: Mapping[str, _Part], start: str) -> Found:
    found: Found = {}
    waiting, seen = [start], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = {**parts[name].found, **found}
        waiting += parts[name].spreads
    return found


def check_restricted(found: Found, viewer: Viewer) -> None:
    """Raises GraphQLError with code FORBIDDEN that names the field."""
    for restriction, node in found.items():
        if not is_open(restriction, viewer):
            raise GraphQLError(
                f"the field {node.name.value} needs {NEEDS[restriction]}",
                node,
                extensions={"code": "FORBIDDEN"},
            )
