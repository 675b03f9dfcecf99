"""A subscription: planned once, read anew for each event, of what changed alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_argument_values,
)
from graphql.execution.values import VariableValues

from domain.access import Viewer
from domain.reader import Reader
from schema.execution.answers import NULL, Answer, spliced
from schema.execution.documents import Document, Refused, bad_request
from schema.planner.catalog import followed_as
from schema.planner.plan import Plan, plan_selection
from schema.planner.selections import collect

Subject = tuple[str, int]
"""Kind and number, as the process that follows them spells them."""

CHANGED = "__changed"
"""The variable that stands where the client's ids stood: no client can name one so."""


class Told:
    """What a follower was told last of each id: a digest of its JSON."""

    def __init__(self) -> None:
        self._last: dict[str, bytes] = {}

    def new(self, rows: Iterable[tuple[str, bytes]]) -> list[bytes]:
        """Of ids and their JSON, what was not told yet; from now on it was. What the viewer does
        not see is forgotten, so that it is told when they see it again."""
        digests = [(id_, row, blake2b(row, digest_size=16).digest()) for id_, row in rows]
        found = [
            row for id_, row, digest in digests if row != NULL and self._last.get(id_) != digest
        ]
        for id_, row, digest in digests:
            if row == NULL:
                self._last.pop(id_, None)
            else:
                self._last[id_] = digest
        return found


@dataclass(frozen=True)
class Following:
    """One subscription of one viewer. key: its field's response key. kind: under which what it
    names is followed; empty where it is its own. again: it, followed by another viewer; raises
    Refused."""

    operation_name: str | None
    key: str
    ids: tuple[str, ...]
    plan: Plan
    variables: Mapping[str, Any]
    viewer: Viewer
    kind: str
    again: Callable[[Viewer], Following]

    @property
    def subjects(self) -> dict[Subject, str]:
        """What is followed, each with the id by which the client calls it."""
        found = {}
        for id_ in self.ids:
            type_name, number = id_.split(":")
            # There is one network: Network:1, and the row 0.
            found[self.kind or type_name.upper(), 0 if type_name == "Network" else int(number)] = (
                id_
            )
        return found

    async def read(self, reader: Reader, ids: Sequence[str], told: Told) -> Answer | None:
        """The event of these ids' change; None when the viewer sees none of them, or all of it was
        told already: a change that is heard of late, or of what is not selected."""
        variables = {**self.variables, CHANGED: list(ids)}
        (column,) = await reader.row(self.plan.sql, self.plan.values(variables, self.viewer))
        rows = [bytes(row) for row in msgspec.json.decode(column or b"[]", type=list[msgspec.Raw])]
        # Where a kind of its own is followed, only what is seen comes, in an order of its own.
        new = rows if self.kind else told.new(zip(ids, rows, strict=True))
        if not new:
            return None
        return Answer(spliced([(self.key, b"[" + b",".join(new) + b"]")]))


def follow(
    schema: GraphQLSchema,
    zone: str,
    document: Document,
    operation: OperationDefinitionNode,
    given: VariableValues,
    max_cost: int,
    viewer: Viewer,
) -> Following:
    """Raises Refused before anything runs."""
    document.check(operation, viewer)
    root = schema.subscription_type
    assert root is not None
    selected = collect(schema, document.fragments, given.coerced, root, [operation.selection_set])
    if len(selected) != 1:
        raise bad_request("a subscription has one field")
    ((key, nodes),) = selected.items()
    name = nodes[0].name.value
    if name == "__typename":
        raise bad_request("there is nothing to follow in __typename")
    try:
        ids = get_argument_values(root.fields[name], nodes[0], given)["ids"]
        variables = {**given.coerced, CHANGED: ids}
        changed = SelectionSetNode(selections=tuple(_of_changed(node) for node in nodes))
        plan = plan_selection(
            schema, document.fragments, changed, root, variables, viewer, zone, max_cost
        )
        plan.values(variables, viewer)
    except GraphQLError as error:
        raise Refused([error]) from error
    if not ids:
        raise bad_request("`ids` is empty")
    again = partial(follow, schema, zone, document, operation, given, max_cost)
    operation_name = operation.name.value if operation.name else None
    kind = followed_as(root.fields[name])
    return Following(operation_name, key, tuple(ids), plan, given.coerced, viewer, kind, again)


def _of_changed(node: FieldNode) -> FieldNode:
    """The field, asked for the changed ids instead of the client's."""
    ids = ArgumentNode(name=NameNode(value="ids"), value=VariableNode(name=NameNode(value=CHANGED)))
    return FieldNode(
        name=node.name,
        alias=node.alias,
        arguments=(ids,),
        directives=(),
        selection_set=node.selection_set,
    )
