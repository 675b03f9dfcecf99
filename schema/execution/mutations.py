"""Mutations: one field, one action, one transaction; then what is asked of its result is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    get_argument_values,
    get_named_type,
)
from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from domain.access import Viewer
from domain.problems import Problem
from schema.execution.answers import NULL, encode
from schema.execution.context import Context
from schema.execution.documents import Document
from schema.payloads import Payload
from schema.planner.arguments import Arguments
from schema.planner.catalog import DEFINITION, stands
from schema.planner.objects import Planner
from schema.planner.place import Place
from schema.planner.selections import collect
from schema.planner.sql import as_object
from schema.planner.statement import Parameter, Statement
from schema.problems import Problem as ProblemType
from schema.problems import shown


@dataclass(frozen=True)
class PayloadPlan:
    """The statement that reads what was asked of a payload."""

    sql: str
    parameters: tuple[Parameter, ...]

    def values(self, variables: dict[str, Any], viewer: Viewer) -> list[Any]:
        return [parameter.resolve(variables, viewer) for parameter in self.parameters]


async def run_action(
    schema: strawberry.Schema,
    field: GraphQLField,
    node: FieldNode,
    variables: VariableValues,
    context: Context,
) -> Payload | ProblemType:
    """Calls the field's resolver. An expected failure comes back as its GraphQL type."""
    declared: StrawberryField = field.extensions[DEFINITION]
    assert declared.base_resolver is not None
    resolve: Any = declared.base_resolver
    given = convert_arguments(
        get_argument_values(field, node, variables),
        declared.arguments,
        scalar_registry=schema.schema_converter.scalar_registry,
        config=schema.config,
    )
    info: Any = strawberry.Info(_raw_info=SimpleNamespace(context=context), _field=declared)  # type: ignore[arg-type]
    try:
        result: Payload | ProblemType = await resolve(None, info, **given)
    except Problem as problem:
        return shown(problem)
    return result


def check_payloads(
    schema: strawberry.Schema,
    document: Document,
    fields: Iterable[list[FieldNode]],
    variables: dict[str, Any],
    statement: Statement,
) -> None:
    """Plans what is asked of every payload the fields could give, into a statement that is not run:
    so a wrong argument or too many rows are found before anything is written. Raises BadInput."""
    planner = Planner(schema._schema, document.fragments, statement)
    mutation = schema._schema.mutation_type
    assert mutation is not None
    for nodes in fields:
        if nodes[0].name.value == "__typename":
            continue
        result = get_named_type(mutation.fields[nodes[0].name.value].type)
        for type_ in schema._schema.get_possible_types(result):
            if stands(type_):
                asked = Arguments({}, nodes[0])  # where it stands; its own arguments are no part
                planner.columns(Place(type_, statement.alias(), arguments=asked), nodes)
    for parameter in statement.parameters:
        parameter.resolve(variables, statement.viewer)


def plan_payload(
    schema: strawberry.Schema,
    document: Document,
    nodes: list[FieldNode],
    payload: Payload,
    variables: dict[str, Any],
    context: Context,
    zone: str,
) -> PayloadPlan:
    statement = Statement(context.viewer, zone, variables)
    planner = Planner(schema._schema, document.fragments, statement)
    keys = ", ".join(
        f"{statement.bind(key, 'text' if isinstance(key, str) else 'bigint')} AS {name}"
        for name, key in payload.keys.items()
    )
    place = Place(type_of(schema, payload), statement.alias())
    sql = as_object(planner.columns(place, nodes), f"(SELECT {keys}) {place.row}")
    return PayloadPlan(f"SELECT {sql}::json", tuple(statement.parameters))


def complete_problem(
    schema: strawberry.Schema,
    document: Document,
    nodes: list[FieldNode],
    problem: ProblemType,
    variables: dict[str, Any],
) -> bytes:
    """JSON of what was asked of a problem; all its fields are plain values."""
    type_ = type_of(schema, problem)
    selected = collect(schema._schema, document.fragments, variables, type_, nodes)
    values = {"__typename": type_.name, **vars(problem)}
    return encode({key: values[chosen[0].name.value] for key, chosen in selected.items()}) or NULL


def type_of(schema: strawberry.Schema, result: Any) -> GraphQLObjectType:
    definition = type(result).__strawberry_definition__
    type_ = schema._schema.get_type(definition.name)
    assert isinstance(type_, GraphQLObjectType)
    return type_
