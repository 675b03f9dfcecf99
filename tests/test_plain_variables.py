"""The short way of coercing variables says what graphql-core's says, or leaves it to that."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, get_variable_values, parse
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.plain_variables import Plain, plain_variables, taken

SCHEMA = build_schema("type Query { x(a: ID, b: String, c: Int, d: Boolean): Int }")
QUERY = "query Q($id: ID!, $text: String, $number: Int, $yes: Boolean!) { x }"
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())
)


def operation(text: str) -> OperationDefinitionNode:
    node = parse(text).definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return node


PLAIN = plain_variables(operation(QUERY))


def test_variables_of_plain_scalars_are_known() -> None:
    assert (
        Plain("id", str, False),
        Plain("text", str, True),
        Plain("number", int, True),
        Plain("yes", bool, False),
    ) == PLAIN
    assert plain_variables(operation("query { x }")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "query($a: Int = 3) { x }",
        "query($a: [ID!]!) { x }",
        "query($a: I) { x }",
        "query($a: ID!, $b: Float) { x }",
        "mutation($a: ID!) { x }",
    ],
)
def test_others_go_the_long_way(text: str) -> None:
    assert plain_variables(operation(text)) is None


@given(st.dictionaries(st.sampled_from(["id", "text", "number", "yes", "other"]), VALUES))
def test_both_ways_agree(given_: dict[str, Any]) -> None:
    assert PLAIN is not None
    found = taken(PLAIN, given_)
    definitions = operation(QUERY).variable_definitions or ()
    values = get_variable_values(SCHEMA, definitions, given_)
    if found is not None:
        assert not isinstance(values, list)
        assert found == values.coerced
        assert list(map(type, found.values())) == list(map(type, values.coerced.values()))


def test_what_is_just_right_takes_the_short_way() -> None:
    assert PLAIN is not None
    right = {"id": "Article:1", "text": None, "number": 2**31 - 1, "yes": False, "other": 1}
    assert taken(PLAIN, right) == {
        "id": "Article:1",
        "text": None,
        "number": 2**31 - 1,
        "yes": False,
    }
    for wrong in ({"number": 2**31}, {"number": True}, {"id": None}, {"id": 7}, {"yes": 1}):
        assert taken(PLAIN, {**right, **wrong}) is None
