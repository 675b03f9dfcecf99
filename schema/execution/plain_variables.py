"""Variables of the plain scalar types that most queries take, coerced by a short way.

graphql-core's own way, which works for all, derives each variable's type anew at each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
)

PLAIN: dict[str, type] = {"ID": str, "String": str, "Int": int, "Boolean": bool}
"""Scalars whose coerced value is the given one, and the type it then has in JSON."""

SMALLEST, LARGEST = -(2**31), 2**31 - 1
ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Plain:
    """One variable of a plain scalar type. is_optional: it may be null, or absent."""

    name: str
    kind: type
    is_optional: bool


def plain_variables(operation: OperationDefinitionNode) -> tuple[Plain, ...] | None:
    """A query's variables, if all of them are plain and none has a default."""
    if operation.operation is not OperationType.QUERY:
        return None
    found = [_plain(node) for node in operation.variable_definitions or ()]
    listed = tuple(variable for variable in found if variable is not None)
    return listed if len(listed) == len(found) else None


def _plain(node: VariableDefinitionNode) -> Plain | None:
    is_required = isinstance(node.type, NonNullTypeNode)
    inner = node.type.type if isinstance(node.type, NonNullTypeNode) else node.type
    if node.default_value is not None or not isinstance(inner, NamedTypeNode):
        return None
    kind = PLAIN.get(inner.name.value)
    return Plain(node.variable.name.value, kind, not is_required) if kind else None


def taken(variables: tuple[Plain, ...], given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The coerced values, when each given one is just of its type; None when the long way must
    tell what to make of them."""
    values: dict[str, Any] = {}
    for variable in variables:
        value = given.get(variable.name, ABSENT)
        kind: type = value.__class__
        if kind is variable.kind:
            if kind is int and not SMALLEST <= value <= LARGEST:
                return None
            values[variable.name] = value
        elif not variable.is_optional or (value is not None and value is not ABSENT):
            return None
        elif value is None:
            values[variable.name] = None
    return values
