"""What a document asks of a type: fragments, @skip and @include worked in, by response key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from schema.planner.errors import BadInput

LONGEST_KEY = 63
"""PostgreSQL's longest column name, in bytes; GraphQL names are ASCII."""


def collect(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
    type_: GraphQLObjectType,
    nodes: Iterable[FieldNode | None] | Iterable[SelectionSetNode],
) -> dict[str, list[FieldNode]]:
    """Response key → the field nodes that select it, in document order."""
    found: dict[str, list[FieldNode]] = {}
    visited: set[str] = set()

    def walk(selection_set: SelectionSetNode) -> None:
        for selection in selection_set.selections:
            if not _is_included(selection.directives, variables):
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                if len(key) > LONGEST_KEY:
                    raise BadInput(f"the alias {key} is longer than {LONGEST_KEY} letters")
                found.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                if _applies(schema, selection.type_condition, type_):
                    walk(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name not in visited:
                    visited.add(name)
                    fragment = fragments[name]
                    if _applies(schema, fragment.type_condition, type_):
                        walk(fragment.selection_set)

    for node in nodes:
        selection_set = node.selection_set if isinstance(node, FieldNode) else node
        if selection_set is not None:
            walk(selection_set)
    return found


def _applies(schema: GraphQLSchema, condition: Any, type_: GraphQLObjectType) -> bool:
    if condition is None:
        return True
    named = schema.get_type(condition.name.value)
    if named is type_:
        return True
    return isinstance(named, GraphQLAbstractType) and schema.is_sub_type(named, type_)


def _is_included(directives: Iterable[DirectiveNode] | None, variables: Mapping[str, Any]) -> bool:
    for directive in directives or ():
        name = directive.name.value
        if name in ("skip", "include"):
            (condition,) = directive.arguments or ()
            if _truth(condition.value, variables) is (name == "skip"):
                return False
    return True


def _truth(node: ValueNode, variables: Mapping[str, Any]) -> bool:
    if isinstance(node, VariableNode):
        return bool(variables[node.name.value])
    return isinstance(node, BooleanValueNode) and node.value
