"""What the schema tells of itself: graphql-core answers these fields, and only these."""

from __future__ import annotations

from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)
from graphql.language import DocumentNode

from schema.execution.documents import Document


def introspect(
    schema: GraphQLSchema,
    document: Document,
    operation: OperationDefinitionNode,
    nodes: list[FieldNode],
    variables: dict[str, Any],
) -> Any:
    """The value of one `__schema` or `__type` field, as plain data."""
    alone = OperationDefinitionNode(
        operation=operation.operation,
        variable_definitions=operation.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    definitions = (alone, *document.fragments.values())
    result = execute_sync(schema, DocumentNode(definitions=definitions), variable_values=variables)
    assert result.data is not None, result.errors
    return next(iter(result.data.values()))
