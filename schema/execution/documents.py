"""Documents: parsed and validated once, refused early when they are too large."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged

from domain.access import Viewer
from schema.execution.limits import DEFAULTS, Excess, Limits, excesses, more_than
from schema.execution.plain_variables import Plain, plain_variables
from schema.execution.restricting import (
    Found,
    check_restricted,
    restricted_fields,
    restricted_names,
)

MAX_ERRORS = 20
MAX_COMPARISONS = 20_000
"""Of fields with each other, while a document is validated. With what graphql-core allows, half a
million, one document of 17 KB that repeats a field held up the process for 2.5 s."""

TOO_MANY = re.compile(r"Document contains more than \d+ (tokens|comments)")
"""How graphql-core refuses what it stops reading."""

OVERSPENT = "Validation aborted."
"""How graphql-core says that the comparisons are used up."""

overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = MAX_COMPARISONS
MAX_KEPT_LETTERS = 1_000_000
"""Of all documents that are kept. Parsed, a letter can take some hundred bytes."""


class Refused(Exception):
    """A document or request that is not run at all, with the reasons."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


def bad_request(message: str) -> Refused:
    return Refused([GraphQLError(message, extensions={"code": "BAD_REQUEST"})])


@dataclass(frozen=True)
class Document:
    """A valid document. Equal texts give the same object, so it serves as a key.

    restricted: of each operation, the fields that not everybody may select.
    plain_variables: of each operation whose variables can be coerced by the short way.
    """

    text: str
    node: DocumentNode
    operations: dict[str | None, OperationDefinitionNode]
    fragments: dict[str, FragmentDefinitionNode]
    plain_variables: dict[str | None, tuple[Plain, ...] | None]
    restricted: Mapping[str | None, Found]

    def check(self, operation: OperationDefinitionNode, viewer: Viewer) -> None:
        """Raises Refused when the operation selects what is not the viewer's to select."""
        name = operation.name.value if operation.name else None
        try:
            check_restricted(self.restricted.get(name, {}), viewer)
        except GraphQLError as error:
            raise Refused([error]) from error

    def __hash__(self) -> int:
        return hash(self.text)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises Refused when the name does not settle which."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise bad_request("the document has several operations: give operationName")
        if name not in self.operations:
            raise bad_request(f"the document has no operation named {name!r:.80}")
        return self.operations[name]


class Documents:
    """Reads documents; the last `size` valid ones are kept, fewer when they are long."""

    def __init__(
        self, schema: GraphQLSchema, *, limits: Limits = DEFAULTS, size: int = 1_000
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._restricted = restricted_names(schema)
        self._size = size
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._letters = 0

    @property
    def kept(self) -> int:
        return len(self._kept)

    def read(self, text: str) -> Document:
        """Raises Refused with syntax or validation errors."""
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        document = self._parse(text)
        self._kept[text] = document
        self._letters += len(text)
        while len(self._kept) > self._size or self._letters > MAX_KEPT_LETTERS:
            self._letters -= len(self._kept.popitem(last=False)[0])
        return document

    def _parse(self, text: str) -> Document:
        node = self._read(text)
        operations: dict[str | None, OperationDefinitionNode] = {}
        fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations[definition.name.value if definition.name else None] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
        if not operations:
            raise bad_request("the document has no operation")
        plain = {name: plain_variables(operation) for name, operation in operations.items()}
        found: Mapping[str | None, Found] = {}
        if any(name in text for name in self._restricted):
            found = restricted_fields(self._schema, node)
        return Document(text, node, operations, fragments, plain, found)

    def _read(self, text: str) -> DocumentNode:
        """Within the limits first, then valid: what validation takes follows from the limits."""
        limits = self._limits
        if len(text) > limits.letters:
            raise Refused([Excess("letters", len(text), limits.letters).error()])
        try:
            node = parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.comments)
            if found := excesses(node, limits):
                raise Refused([excess.error() for excess in found])
            errors = validate(self._schema, node, max_errors=MAX_ERRORS)
        except GraphQLError as error:
            raise Refused([_refusal(error, limits)]) from error
        except RecursionError as error:
            raise bad_request("the document is nested too deeply") from error
        if errors and errors[-1].message == OVERSPENT:
            raise Refused([more_than("comparisons", MAX_COMPARISONS)])
        if errors:
            raise Refused(_told_once(errors))
        return node


def _refusal(error: GraphQLError, limits: Limits) -> GraphQLError:
    """Of a document that could not be read to its end."""
    stopped = TOO_MANY.search(error.message)
    if stopped is None:
        return _coded(error, "GRAPHQL_PARSE_FAILED")
    name = stopped[1]
    return more_than(name, getattr(limits, name))


def _told_once(errors: list[GraphQLError]) -> list[GraphQLError]:
    """One error for each message, with every place it was found at."""
    first: dict[str, GraphQLError] = {}
    places: dict[str, list[Node]] = {}
    for error in errors:
        first.setdefault(error.message, error)
        places.setdefault(error.message, []).extend(error.nodes or ())
    return [
        _coded(
            GraphQLError(message, places[message], extensions=error.extensions),
            "GRAPHQL_VALIDATION_FAILED",
        )
        for message, error in first.items()
    ]


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    extensions: dict[str, Any] = {"code": code, **(error.extensions or {})}
    return GraphQLError(
        error.message, error.nodes, error.source, error.positions, extensions=extensions
    )
