"""Queries and mutations invented from the schema: valid ones, and wrong ones."""

from __future__ import annotations

from typing import Any

import schemathesis
from graphql import (
    ArgumentNode,
    GraphQLSchema,
    IntValueNode,
    NullValueNode,
    ObjectFieldNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    print_schema,
    visit,
)
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.graphql import nodes

KNOWN_SHARE = 0.7
"""Of the ids in a document, those that name something which is there, as no random text does; and
of its pages, those that can be."""

PAGES = ("1", "2", "3", "10")
MODES = (GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def documents(schema: GraphQLSchema, ids: list[str]) -> st.SearchStrategy[str]:
    """ids: of what is there."""
    _register_scalars()
    described = schemathesis.graphql.from_file(print_schema(schema))
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]

    @st.composite
    def draw_one(draw: st.DrawFn) -> str:
        operation = draw(st.sampled_from(operations))
        case = draw(operation.as_strategy(generation_mode=draw(st.sampled_from(MODES))))
        return _likelier(str(case.body), ids, draw(st.randoms()))

    return draw_one()


def _register_scalars() -> None:
    moments = st.datetimes().map(lambda moment: moment.isoformat() + "Z") | st.text(max_size=20)
    days = st.dates().map(str) | st.text(max_size=10)
    numbers = st.integers(-(2**70), 2**70)
    schemathesis.graphql.scalar("DateTime", moments.map(nodes.String))
    schemathesis.graphql.scalar("Date", days.map(nodes.String))
    schemathesis.graphql.scalar("BigInt", numbers.map(nodes.Int))


def _likelier(text: str, ids: list[str], random: Any) -> str:
    return print_ast(visit(parse(text), _Likelier(ids, random)))


class _Likelier(Visitor):
    """Puts known ids where an id is expected, by the name of the argument or field, and asks for
    pages that exist."""

    def __init__(self, ids: list[str], random: Any) -> None:
        super().__init__()
        self._ids = ids
        self._random = random

    def _likely(self) -> bool:
        return bool(self._random.random() < KNOWN_SHARE)

    def leave_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        name = node.name.value
        if name == "after" and self._likely():
            return ArgumentNode(name=node.name, value=NullValueNode())
        if name == "first" and self._likely():
            return ArgumentNode(
                name=node.name, value=IntValueNode(value=self._random.choice(PAGES))
            )
        return None

    def leave_string_value(
        self, node: StringValueNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]
    ) -> StringValueNode | None:
        for above in reversed(ancestors):
            if isinstance(above, ArgumentNode | ObjectFieldNode):
                name = above.name.value
                is_id = name in ("id", "ids") or name.endswith("Id")
                if is_id and self._likely():
                    return StringValueNode(value=self._random.choice(self._ids))
                return None
        return None
