"""Whether an answer is one: by the specifications, by the schema's types, and without a leak.

It stands beside what it judges and shares nothing with it: answers are put together by the
database, so that no GraphQL library has looked at their values before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    is_abstract_type,
    is_leaf_type,
    parse,
)

CLIENT_CODES = frozenset(
    {
        "BAD_REQUEST",
        "BAD_USER_INPUT",
        "FORBIDDEN",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "LIMIT_EXCEEDED",
        "RATE_LIMITED",
        "TOO_COSTLY",
        "UNAUTHENTICATED",
    }
)
LEAKS = ("Traceback", "asyncpg", "psycopg", "tortoise", "site-packages", "SELECT ", ".py", "0x")
"""What an error's message has no business to hold, unless the client sent it."""

KINDS: dict[str, tuple[type, ...]] = {
    "Boolean": (bool,),
    "Float": (int, float),
    "Int": (int,),
    "BigInt": (int,),
    "Block": (dict,),
}


def faults(schema: GraphQLSchema, query: str, status: int, body: bytes) -> list[str]:
    """What is wrong with the answer to a query asked as application/graphql-response+json."""
    try:
        answer = json.loads(body)
    except ValueError:
        return [f"status {status}, and the body is no JSON: {body[:200]!r}"]
    if not isinstance(answer, dict) or not answer.keys() <= {"data", "errors", "extensions"}:
        return [f"status {status}, and no answer: {body[:200]!r}"]
    errors = answer.get("errors")
    found = list(_of_errors(errors, query)) if "errors" in answer else []
    if status not in (200, 400):
        found.append(f"status {status}: {body[:300].decode(errors='replace')}")
    elif ("data" in answer) != (status == 200):
        found.append(f"status {status} {'with' if 'data' in answer else 'without'} data")
    if not errors and isinstance(answer.get("data"), dict):
        found += _of_data(schema, query, answer["data"])
    return found


def _of_errors(errors: Any, query: str) -> Iterator[str]:
    if not isinstance(errors, list) or not errors:
        yield f"errors are {errors!r}"
        return
    messages = [error["message"] for error in errors]
    if len(set(messages)) < len(messages):
        yield f"told more than once: {messages}"
    for error in errors:
        code = error.get("extensions", {}).get("code")
        if code not in CLIENT_CODES:
            yield f"code {code}: {error['message']}"
        for leak in LEAKS:
            if leak in error["message"] and leak not in query:
                yield f"a message holds {leak!r}: {error['message']}"


def _of_data(schema: GraphQLSchema, query: str, data: dict[str, Any]) -> list[str]:
    try:
        document = parse(query)
    except GraphQLError:
        return ["a query that cannot be parsed has data"]
    judge = _Judge(schema, document)
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    root = schema.get_root_type(operation.operation)
    if root is None:
        return [f"there is no {operation.operation.value}"]
    return list(judge.of_object(root, [operation.selection_set], data, operation.operation.value))


class _Judge:
    """Walks an answer beside what was selected."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def of_object(
        self, kind: GraphQLObjectType, sets: list[SelectionSetNode], value: Any, path: str
    ) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no object"
            return
        selected: dict[str, list[FieldNode]] = {}
        for selection_set in sets:
            self._collect(kind, selection_set, selected)
        certain = [key for key, nodes in selected.items() if not all(n.directives for n in nodes)]
        if not set(certain) <= value.keys() or not value.keys() <= selected.keys():
            yield f"{path}: keys are {list(value)}, selected were {list(selected)}"
            return
        for key, found in value.items():
            yield from self._of_field(kind, selected[key], found, f"{path}.{key}")

    def _of_field(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], value: Any, path: str
    ) -> Iterator[str]:
        name = nodes[0].name.value
        if name == "__typename":
            if value != kind.name:
                yield f"{path}: {value!r} instead of {kind.name}"
        elif not name.startswith("__"):  # what the schema says of itself is graphql-core's
            sets = [node.selection_set for node in nodes if node.selection_set]
            yield from self._of_value(kind.fields[name].type, sets, value, path)

    def _of_value(
        self, kind: GraphQLOutputType, sets: list[SelectionSetNode], value: Any, path: str
    ) -> Iterator[str]:
        if isinstance(kind, GraphQLNonNull):
            if value is None:
                yield f"{path}: null where there is none"
            else:
                yield from self._of_value(kind.of_type, sets, value, path)
        elif value is None:
            return
        elif isinstance(kind, GraphQLList):
            if not isinstance(value, list):
                yield f"{path}: {value!r} is no list"
                return
            for place, item in enumerate(value):
                yield from self._of_value(kind.of_type, sets, item, f"{path}[{place}]")
        elif is_leaf_type(kind):
            if not _fits(kind, value):
                yield f"{path}: {value!r} is no {kind.name}"
        else:
            yield from self._of_composite(kind, sets, value, path)

    def _of_composite(
        self, kind: Any, sets: list[SelectionSetNode], value: Any, path: str
    ) -> Iterator[str]:
        """Which object of an abstract type it is can be judged where its name was selected."""
        if is_abstract_type(kind):
            named = self._schema.get_type((value or {}).get("__typename", ""))
            if not isinstance(named, GraphQLObjectType):
                return
            if not self._schema.is_sub_type(kind, named):
                yield f"{path}: {named.name} is no {kind.name}"
                return
            kind = named
        yield from self.of_object(kind, sets, value, path)

    def _collect(
        self,
        kind: GraphQLObjectType,
        selection_set: SelectionSetNode,
        into: dict[str, list[FieldNode]],
    ) -> None:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                into.setdefault(key, []).append(node)
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
            if self._applies(kind, fragment.type_condition):
                self._collect(kind, fragment.selection_set, into)

    def _applies(self, kind: GraphQLObjectType, condition: Any) -> bool:
        if condition is None or condition.name.value == kind.name:
            return True
        found = self._schema.get_type(condition.name.value)
        return is_abstract_type(found) and self._schema.is_sub_type(found, kind)


def _fits(kind: GraphQLLeafType, value: Any) -> bool:
    if isinstance(kind, GraphQLEnumType):
        return value in kind.values
    fits = isinstance(value, KINDS.get(kind.name, (str,)))
    if kind.name in ("Int", "BigInt", "Float"):
        fits = fits and not isinstance(value, bool)
    bits = {"Int": 31, "BigInt": 63}.get(kind.name)
    return fits and (bits is None or -(2**bits) <= value < 2**bits)
