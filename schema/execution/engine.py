"""The engine: a request becomes a planned statement, its JSON becomes the answer."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

import msgspec
import strawberry
import structlog
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
)
from graphql.execution.values import VariableValues

from domain.access import Viewer
from domain.outages import OUTAGES, TimedOut
from domain.reader import Reader, Unavailable
from schema.execution.answers import NOTHING, NULL, Answer, encode, spliced
from schema.execution.context import Context
from schema.execution.discretion import Discretion
from schema.execution.documents import Document, Documents, Refused, bad_request
from schema.execution.introspection import introspect
from schema.execution.limits import DEFAULTS, Limits, excess_of_values
from schema.execution.making import complete
from schema.execution.mutations import (
    check_payloads,
    complete_problem,
    plan_payload,
    run_action,
)
from schema.execution.plain_variables import taken
from schema.execution.subscribing import Following, follow
from schema.execution.trusted import KnownDocuments
from schema.payloads import Payload
from schema.planner.cache import PlanCache
from schema.planner.catalog import max_ages
from schema.planner.errors import BadInput
from schema.planner.plan import MAX_COST, Plan, cost_extensions, plan_selection
from schema.planner.readings import Made
from schema.planner.selections import collect
from schema.planner.statement import Statement
from schema.planner.viewers import conditions_on_rows, viewer_shape

log = structlog.get_logger()
UNDECLARED_SECONDS = 1
UNREAD_SECONDS = 60
NO_VARIABLES = VariableValues(sources={}, coerced={})


class Request(msgspec.Struct, frozen=True):
    """What a client sent: the document, or its id, or both.

    is_safe: by GET, so nothing may change.
    """

    query: str | None
    variables: Mapping[str, Any]
    operation_name: str | None = None
    is_safe: bool = False
    document_id: str | None = None


class Prepared(msgspec.Struct, frozen=True):
    """A request that may be run. plan, values: of a query; a mutation has none, but payload_cost,
    the most rows its payloads can read."""

    document: Document
    operation: OperationDefinitionNode
    variables: VariableValues
    plan: Plan | None = None
    values: tuple[Any, ...] = ()
    payload_cost: int = 0

    @property
    def cost(self) -> int:
        return self.plan.cost if self.plan else self.payload_cost

    @property
    def operation_name(self) -> str | None:
        return self.operation.name.value if self.operation.name else None

    @property
    def question(self) -> Hashable:
        """Equal for queries that must have equal answers at the same moment, for one viewer."""
        return id(self.plan), repr(self.values)


class Engine:
    """Answers requests. One per process.

    zone: where a day begins, an IANA name. known: documents that have an id. max_cost: the most
    rows one operation may read. limits: of a document. plans: those made so far. discretion: to
    whom the schema tells what it is.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        zone: str,
        known: KnownDocuments | None = None,
        max_cost: int = MAX_COST,
        limits: Limits = DEFAULTS,
        discretion: Discretion | None = None,
    ) -> None:
        self.schema = schema
        self._core = schema._schema
        self._zone = zone
        self._max_cost = max_cost
        self.discretion = discretion or Discretion()
        self._limits = limits
        self._documents = Documents(self._core, limits=limits)
        self.plans = PlanCache()
        self._shape_of = lru_cache(2_000)(partial(viewer_shape, conditions_on_rows(self._core)))
        self._max_age = lru_cache(2_000)(partial(shortest, max_ages(self._core)))
        self._known = known or KnownDocuments()
        self.sdl = schema.as_str().rstrip() + "\n"

    @property
    def documents_kept(self) -> int:
        """How many parsed documents are kept now."""
        return self._documents.kept

    def read_trusted(self) -> frozenset[str]:
        """Reads the documents known beforehand, so that nobody waits for it; returns their
        operations' names. What is wrong with one is logged: it will be refused."""
        names: set[str] = set()
        for id_, text in self._known.trusted.items():
            try:
                names.update(name for name in self._documents.read(text).operations if name)
            except Refused as refused:
                reason = refused.errors[0].message
                log.error("a trusted document is not valid", document=id_, reason=reason)
        return frozenset(names)

    async def answer(self, request: Request, context: Context, reader: Reader) -> Answer:
        """Never raises for what a client or the database did."""
        try:
            prepared = self.prepare(request, context.viewer)
        except Refused as refused:
            return Answer(None, refused.errors)
        return await self.run(prepared, context, reader)

    def prepare(self, request: Request, viewer: Viewer) -> Prepared:
        """Everything that can be settled before anything runs. Raises Refused."""
        try:
            return self._prepare(request, viewer)
        except Refused as refused:
            raise self.discretion.discreet(refused, viewer) from None

    def _prepare(self, request: Request, viewer: Viewer) -> Prepared:
        text = self._known.text(request.query, request.document_id)
        document = self._documents.read(text)
        if request.document_id is not None and request.query is not None:
            self._known.remember(text, request.document_id)
        operation = document.operation(request.operation_name)
        document.check(operation, viewer)
        variables = self._coerce(document, operation, request.variables)
        if operation.operation is OperationType.QUERY:
            try:
                plan = self.plan(document, operation, variables.coerced, viewer)
                self.discretion.check(plan, viewer)
                values = tuple(plan.values(variables.coerced, viewer))
            except GraphQLError as error:
                raise Refused([error]) from error
            return Prepared(document, operation, variables, plan, values)
        if operation.operation is OperationType.SUBSCRIPTION:
            raise bad_request("a subscription needs a WebSocket, or to accept text/event-stream")
        if request.is_safe:
            raise bad_request("a mutation needs POST")
        prepared = Prepared(document, operation, variables)
        return msgspec.structs.replace(prepared, payload_cost=self._payload_cost(prepared, viewer))

    def _payload_cost(self, prepared: Prepared, viewer: Viewer) -> int:
        """The most rows a mutation's payloads can read. Raises Refused."""
        variables = prepared.variables.coerced
        statement = Statement(viewer, self._zone, variables)
        fields = self._selected(prepared).values()
        try:
            check_payloads(self.schema, prepared.document, fields, variables, statement)
            statement.check_cost(self._max_cost)
        except GraphQLError as error:
            raise Refused([error]) from error
        return statement.cost

    def follow(self, request: Request, viewer: Viewer) -> Following | None:
        """A subscription; None when the operation is none. Raises Refused."""
        try:
            return self._follow(request, viewer)
        except Refused as refused:
            raise self.discretion.discreet(refused, viewer) from None

    def _follow(self, request: Request, viewer: Viewer) -> Following | None:
        document = self._documents.read(self._known.text(request.query, request.document_id))
        operation = document.operation(request.operation_name)
        if operation.operation is not OperationType.SUBSCRIPTION:
            return None
        variables = self._coerce(document, operation, request.variables)
        return follow(
            self._core, self._zone, document, operation, variables, self._max_cost, viewer
        )

    def max_age_seconds(self, plan: Plan) -> int:
        """How long a public answer may be kept outside: as long as everything it read allows. 0: it
        may be kept nowhere, not even here."""
        return self._max_age(plan.tables)

    async def run(self, prepared: Prepared, context: Context, reader: Reader) -> Answer:
        """Never raises for what the database did."""
        if prepared.plan is None:
            return await self._mutation(prepared, context, reader)
        return await self._query(prepared, prepared.plan, context, reader)

    def _coerce(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        given: Mapping[str, Any],
    ) -> VariableValues:
        if not operation.variable_definitions:
            return NO_VARIABLES
        plain = document.plain_variables[operation.name.value if operation.name else None]
        if plain is not None and (values := taken(plain, given)) is not None:
            return VariableValues({}, values)
        if excess := excess_of_values(given, self._limits):
            raise Refused([excess.error()])
        coerced = get_variable_values(
            self._core, operation.variable_definitions, dict(given), max_errors=10
        )
        if isinstance(coerced, list):
            raise Refused([coded(error, "BAD_USER_INPUT") for error in coerced])
        return coerced

    def plan(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
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
                viewer,
                self._zone,
                self._max_cost,
            )

        name = operation.name.value if operation.name else None
        return self.plans.find((document.text, name), self._shape_of(viewer), variables, make)

    async def _query(
        self, prepared: Prepared, plan: Plan, context: Context, reader: Reader
    ) -> Answer:
        try:
            columns = iter(await reader.row(plan.sql, prepared.values) if plan.sql else ())
        except Exception as error:
            return Answer(NOTHING, [failure(error, context.request_id)])
        fields: list[tuple[str, bytes]] = []
        for root in plan.roots:
            if root.made is not None:
                value = self._made(prepared, root.key, root.made, next(columns) or NULL)
            elif root.is_planned:
                value = next(columns) or NULL
            elif root.name == "__typename":
                value = b'"Query"'
            else:
                value = encode(self._introspect(prepared, root.key))
            fields.append((root.key, value))
        return Answer(spliced(fields), extensions=plan.extensions)

    def _made(self, prepared: Prepared, key: str, made: Made, sources: bytes) -> bytes:
        nodes = self._selected(prepared)[key]
        variables = prepared.variables.coerced
        return complete(self._core, prepared.document, nodes, made, sources, variables)

    def _introspect(self, prepared: Prepared, key: str) -> Any:
        nodes = self._selected(prepared)[key]
        variables = prepared.variables.coerced
        return introspect(self._core, prepared.document, prepared.operation, nodes, variables)

    def _selected(self, prepared: Prepared) -> dict[str, list[FieldNode]]:
        root = self._core.get_root_type(prepared.operation.operation)
        assert isinstance(root, GraphQLObjectType)
        fragments, variables = prepared.document.fragments, prepared.variables.coerced
        return collect(self._core, fragments, variables, root, [prepared.operation.selection_set])

    async def _mutation(self, prepared: Prepared, context: Context, reader: Reader) -> Answer:
        """One field after the other, as the specification wants. One that fails unexpectedly ends
        the answer; those before it stay done."""
        fields: list[tuple[str, bytes]] = []
        for key, nodes in self._selected(prepared).items():
            if nodes[0].name.value == "__typename":
                fields.append((key, b'"Mutation"'))
                continue
            try:
                value = await self._written(prepared, nodes, context, reader)
            except Exception as error:
                return Answer(NOTHING, [failure(error, context.request_id, nodes, [key])])
            fields.append((key, value))
        return Answer(spliced(fields), extensions=cost_extensions(prepared.cost, self._max_cost))

    async def _written(
        self, prepared: Prepared, nodes: list[FieldNode], context: Context, reader: Reader
    ) -> bytes:
        mutation = self._core.mutation_type
        assert mutation is not None
        field = mutation.fields[nodes[0].name.value]
        document, variables = prepared.document, prepared.variables
        result = await run_action(self.schema, field, nodes[0], variables, context)
        if not isinstance(result, Payload):
            return complete_problem(self.schema, document, nodes, result, variables.coerced)
        plan = plan_payload(
            self.schema, document, nodes, result, variables.coerced, context, self._zone
        )
        (value,) = await reader.row(plan.sql, plan.values(variables.coerced, context.viewer))
        return value or NULL


def shortest(ages: Mapping[str, int], tables: Iterable[str]) -> int:
    """Of the ages of what stands in these tables, in seconds."""
    found = (ages.get(table, UNDECLARED_SECONDS) for table in tables)
    return min(found, default=UNREAD_SECONDS)


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """The error with a code, unless it has one."""
    extensions = {"code": code, **(error.extensions or {})}
    return GraphQLError(error.message, error.nodes, extensions=extensions)


def failure(
    error: Exception,
    request_id: str,
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
        log.exception("request failed", request_id=request_id, exc_info=error)
        code, message = "INTERNAL", f"something went wrong; request {request_id}"
    return GraphQLError(message, nodes, path=path, extensions={"code": code})
