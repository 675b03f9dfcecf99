"""A document that fails, made smaller as long as it fails, so that it can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from domain.access import Viewer
from schema.execution.answers import Answer
from tests.side_by_side import Sides

PARTS = (FieldNode, FragmentSpreadNode, InlineFragmentNode, DirectiveNode, ArgumentNode)
MOST_TRIES = 400


async def agrees(
    both: Sides, document: str, variables: Mapping[str, Any], viewer: Viewer
) -> Answer:
    """As both.agree; the failure that is told is of a smaller document."""
    try:
        return await both.agree(document, variables, viewer)
    except Exception:
        smaller = await _smallest(both, document, variables, viewer)
        await both.agree(smaller, _used(smaller, variables), viewer)
        raise


async def _smallest(
    both: Sides, document: str, variables: Mapping[str, Any], viewer: Viewer
) -> str:
    tries = 0
    smallest = document
    found = True
    while found:
        found = False
        for smaller in _smaller(parse(smallest)):
            tries += 1
            if tries > MOST_TRIES:
                return smallest
            if await _fails(both, smaller, variables, viewer):
                smallest, found = smaller, True
                break
    return smallest


async def _fails(both: Sides, document: str, variables: Mapping[str, Any], viewer: Viewer) -> bool:
    if validate(both.oracle, parse(document)):
        return False
    try:
        await both.agree(document, _used(document, variables), viewer)
    except Exception:
        return True
    return False


def _smaller(document: DocumentNode) -> Iterator[str]:
    """Without each of its parts in turn, the outer ones first."""
    parts: list[Node] = []

    class Collecting(Visitor):
        def enter(self, node: Node, *_: Any) -> None:
            if isinstance(node, PARTS):
                parts.append(node)

    visit(document, Collecting())
    for part in parts:
        left = _without_leftovers(_without(document, part))
        if not _has_empty(left):
            yield print_ast(left)


def _has_empty(document: DocumentNode) -> bool:
    """Whether somewhere nothing is selected, which is no GraphQL."""
    empty = False

    class Looking(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
            nonlocal empty
            empty |= not node.selections

    visit(document, Looking())
    return empty


def _without(document: DocumentNode, part: Node) -> DocumentNode:
    class Removing(Visitor):
        def enter(self, node: Node, *_: Any) -> Any:
            return REMOVE if node is part else None

    left: DocumentNode = visit(document, Removing())
    return left


def _without_leftovers(document: DocumentNode) -> DocumentNode:
    """Without fragments that are spread nowhere, and variables that are used nowhere."""
    while True:
        spread, used = _names(document, FragmentSpreadNode), _names(document, VariableNode)

        class Sweeping(Visitor):
            def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
                return None if node.name.value in spread else REMOVE  # noqa: B023 - run at once

            def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
                return None if node.variable.name.value in used else REMOVE  # noqa: B023

        swept: DocumentNode = visit(document, Sweeping())
        if swept == document:
            return swept
        document = swept


def _names(document: DocumentNode, kind: type[Any]) -> set[str]:
    """Of spreads or of variables, declarations apart."""
    found: set[str] = set()

    class Naming(Visitor):
        def enter(self, node: Any, _key: Any, parent: Any, *_: Any) -> None:
            if isinstance(node, kind) and not isinstance(parent, VariableDefinitionNode):
                found.add(node.name.value)

    visit(document, Naming())
    return found


def _used(document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    names = _names(parse(document), VariableNode)
    return {name: value for name, value in variables.items() if name in names}
