"""The engine: a request becomes a planned statement, its JSON becomes the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
import structlog
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
)
from graphql.execution.values import VariableValues

from domain.outages import OUTAGES
from domain.reader import Reader, TimedOut, Unavailable
from schema.execution.answers import NULL, Answer, encode, spliced
from schema.execution.context import Context
from schema.execution.documents import Document, Documents, Refused, bad_request
from schema.execution.introspection import introspect
from schema.execution.mutations import complete_problem, plan_payload, run_action
from schema.payloads import Payload
from schema.planner.cache import PlanCache
from schema.planner.errors import BadInput
from schema.planner.plan import Plan, plan_selection
from schema.planner.selections import collect

log = structlog.get_logger()


@dataclass(frozen=True)
class Request:
    """What a client sent. `is_safe`: by GET, so nothing may change."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None = None
    is_safe: bool = False


class Engine:
    """Answers requests. One per process.

    zone: where a day begins, an IANA name.
    """

    def __init__(self, schema: strawberry.Schema, *, zone: str) -> None:
        self.schema = schema
        self._core = schema._schema
        self._zone = zone
        self._documents = Documents(self._core)
        self._plans = PlanCache()
        self.sdl = schema.as_str().rstrip() + "\n"

    async def answer(self, request: Request, context: Context, reader: Reader) -> Answer:
        """Never raises for what a client or the database did."""
        try:
            document = self._documents.read(request.query)
            operation = document.operation(request.operation_name)
            variables = self._coerce(operation, request.variables)
            match operation.operation:
                case OperationType.QUERY:
                    return await self._query(document, operation, variables, context, reader)
                case OperationType.MUTATION if request.is_safe:
                    raise bad_request("a mutation needs POST")
                case OperationType.MUTATION:
                    return await self._mutation(document, operation, variables, context, reader)
                case _:
                    raise bad_request("there are no subscriptions here")
        except Refused as refused:
            return Answer(None, refused.errors)

    def _coerce(
        self, operation: OperationDefinitionNode, given: Mapping[str, Any]
    ) -> VariableValues:
        values = get_variable_values(
            self._core, operation.variable_definitions or (), dict(given), max_errors=10
        )
        if isinstance(values, list):
            raise Refused([coded(error, "BAD_USER_INPUT") for error in values])
        return values

    def plan(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        context: Context,
    ) -> Plan:
        """The plan of a query. Raises BadInput and TooCostly."""
        query = self._core.query_type
        assert query is not None

        def make() -> Plan:
            return plan_selection(
                self._core,
                document.fragments,
                operation.selection_set,
                query,
                variables,
                context.viewer,
                self._zone,
            )

        name = operation.name.value if operation.name else None
        return self._plans.find((document.text, name), context.viewer.role, variables, make)

    async def _query(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        context: Context,
        reader: Reader,
    ) -> Answer:
        try:
            plan = self.plan(document, operation, variables.coerced, context)
            values = plan.values(variables.coerced, context.viewer)
        except GraphQLError as error:
            raise Refused([error]) from error
        try:
            columns = iter(await reader.row(plan.sql, values) if plan.sql else ())
        except Exception as error:
            return Answer(NULL, [failure(error, context)])
        fields: list[tuple[str, bytes]] = []
        for root in plan.roots:
            if root.is_planned:
                value = next(columns) or NULL
            elif root.name == "__typename":
                value = b'"Query"'
            else:
                nodes = self._collect(document, operation, variables)[root.key]
                told = introspect(self._core, document, operation, nodes, variables.coerced)
                value = encode(told)
            fields.append((root.key, value))
        return Answer(spliced(fields))

    def _collect(
        self, document: Document, operation: OperationDefinitionNode, variables: VariableValues
    ) -> dict[str, list[FieldNode]]:
        root = self._core.get_root_type(operation.operation)
        assert isinstance(root, GraphQLObjectType)
        return collect(
            self._core, document.fragments, variables.coerced, root, [operation.selection_set]
        )

    async def _mutation(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        context: Context,
        reader: Reader,
    ) -> Answer:
        """One field after the other, as the specification wants. One that fails unexpectedly ends
        the answer; those before it stay done."""
        fields: list[tuple[str, bytes]] = []
        for key, nodes in self._collect(document, operation, variables).items():
            if nodes[0].name.value == "__typename":
                fields.append((key, b'"Mutation"'))
                continue
            try:
                value = await self._written(document, nodes, variables, context, reader)
            except Exception as error:
                return Answer(NULL, [failure(error, context, nodes, [key])])
            fields.append((key, value))
        return Answer(spliced(fields))

    async def _written(
        self,
        document: Document,
        nodes: list[FieldNode],
        variables: VariableValues,
        context: Context,
        reader: Reader,
    ) -> bytes:
        mutation = self._core.mutation_type
        assert mutation is not None
        field = mutation.fields[nodes[0].name.value]
        assert isinstance(field.type, GraphQLNonNull)
        result = await run_action(self.schema, field, nodes[0], variables, context)
        if not isinstance(result, Payload):
            return complete_problem(self.schema, document, nodes, result, variables.coerced)
        plan = plan_payload(
            self.schema, document, nodes, result, variables.coerced, context, self._zone
        )
        (value,) = await reader.row(plan.sql, plan.values(variables.coerced, context.viewer))
        return value or NULL


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """The error with a code, unless it has one."""
    extensions = {"code": code, **(error.extensions or {})}
    return GraphQLError(error.message, error.nodes, extensions=extensions)


def failure(
    error: Exception,
    context: Context,
    nodes: list[FieldNode] | None = None,
    path: list[str | int] | None = None,
) -> GraphQLError:
    """What a client is told of a failure while running: nothing of how things are inside."""
    if isinstance(error, BadInput):
        return error
    if isinstance(error, (Unavailable, *OUTAGES)):
        code, message = "UNAVAILABLE", "the database cannot be reached now; try again soon"
    elif isinstance(error, TimedOut):
        code, message = "TIMED_OUT", "this took too long; ask for less"
    else:
        log.exception("request failed", request_id=context.request_id, exc_info=error)
        code, message = "INTERNAL", f"something went wrong; request {context.request_id}"
    return GraphQLError(message, nodes, path=path, extensions={"code": code})
