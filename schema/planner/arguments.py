"""Arguments of a field, kept apart from the values a client sends.

What decides the statement's text (presence, nulls, enums, booleans) is read at once; every other
scalar stays a `Value`: where to find it when the statement is run. So one plan serves all requests
whose variables have the same shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_required_argument,
)
from graphql.pyutils import is_iterable
from graphql.utilities import value_from_ast


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar or list of scalars: a constant, a place among the variables, or a list of these."""

    constant: Any = None
    path: tuple[str, ...] = ()
    items: tuple[Value, ...] | None = None

    def resolve(self, variables: Mapping[str, Any]) -> Any:
        if self.items is not None:
            return [item.resolve(variables) for item in self.items]
        if not self.path:
            return self.constant
        found: Any = variables
        for step in self.path:
            found = found[step]
        return found


Given = Any  # None | bool | str (an enum's value) | Value | dict[str, Given]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one field as given or by default, by GraphQL name; absent ones are absent.

    node: the field, for error locations. parent: the arguments of the field it was reached from.
    """

    given: Mapping[str, Given]
    node: FieldNode
    parent: Arguments | None = None

    def get(self, name: str) -> Given:
        return self.given.get(name)

    @property
    def path(self) -> tuple[str, ...]:
        """The response keys that lead here, those inside of connections left out."""
        key = (self.node.alias or self.node.name).value
        return (*self.parent.path, key) if self.parent else (key,)


def read_arguments(
    field: GraphQLField,
    node: FieldNode,
    variables: Mapping[str, Any],
    parent: Arguments | None = None,
) -> Arguments:
    """The arguments of a validated field."""
    nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
    given: dict[str, Given] = {}
    for name, definition in field.args.items():
        value = Undefined
        if name in nodes:
            value = _read(definition.type, nodes[name], variables)
        if value is Undefined and not is_required_argument(definition):
            value = _constant(definition.type, definition.default_value)
        if value is not Undefined:
            given[name] = value
    return Arguments(given, node, parent)


def _read(type_: GraphQLInputType, node: ValueNode, variables: Mapping[str, Any]) -> Given:
    if isinstance(node, VariableNode):
        name = node.name.value
        if name not in variables:
            return Undefined
        return _from_variable(type_, variables[name], (name,))
    if isinstance(node, NullValueNode):
        return None
    if isinstance(type_, GraphQLNonNull):
        return _read(type_.of_type, node, variables)
    if isinstance(type_, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        return _read_object(type_, node, variables)
    if isinstance(type_, GraphQLList) and isinstance(node, ListValueNode):
        items = (_read(type_.of_type, item, variables) for item in node.values)
        return Value(items=tuple(_as_value(item) for item in items))
    return _constant(type_, value_from_ast(node, type_))


def _read_object(
    type_: GraphQLInputObjectType, node: ObjectValueNode, variables: Mapping[str, Any]
) -> Given:
    nodes = {field.name.value: field.value for field in node.fields or ()}
    given: dict[str, Given] = {}
    for name, definition in type_.fields.items():
        if name not in nodes:
            continue
        value = _read(definition.type, nodes[name], variables)
        if value is not Undefined:
            given[name] = value
    return given


def _as_value(given: Given) -> Value:
    return given if isinstance(given, Value) else Value(given)


def _from_variable(type_: GraphQLInputType, value: Any, path: tuple[str, ...]) -> Given:
    if value is None:
        return None
    if isinstance(type_, GraphQLNonNull):
        return _from_variable(type_.of_type, value, path)
    if isinstance(type_, GraphQLInputObjectType):
        return {
            name: _from_variable(definition.type, value[name], (*path, name))
            for name, definition in type_.fields.items()
            if name in value
        }
    if isinstance(type_, GraphQLEnumType):
        return value.value
    return value if isinstance(value, bool) else Value(path=path)


def _constant(type_: GraphQLInputType, value: Any) -> Given:
    if value is None or value is Undefined or isinstance(value, bool):
        return value
    if isinstance(type_, GraphQLNonNull):
        return _constant(type_.of_type, value)
    if isinstance(type_, GraphQLEnumType):
        return value.value
    if isinstance(type_, GraphQLInputObjectType):
        return {
            name: _constant(definition.type, value[name])
            for name, definition in type_.fields.items()
            if name in value
        }
    if isinstance(type_, GraphQLList) and not is_iterable(value):
        return Value([value])
    return Value(value)
