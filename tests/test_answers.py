"""Answers are joined from parts, whatever of them there is."""

from __future__ import annotations

import json

import pytest
from graphql import GraphQLError

from schema.execution.answers import NOTHING, Answer, spliced

FAULT = GraphQLError("no", extensions={"code": "BAD"})
SHOWN = {"message": "no", "extensions": {"code": "BAD"}}


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (Answer(spliced([])), {"data": {}}),
        (Answer(spliced([("a", b"1"), ("b", b'{"c":[]}')])), {"data": {"a": 1, "b": {"c": []}}}),
        (
            Answer(spliced([("a", b"1")]), (), b'{"x":2}'),
            {"data": {"a": 1}, "extensions": {"x": 2}},
        ),
        (Answer(NOTHING, [FAULT]), {"data": None, "errors": [SHOWN]}),
        (Answer(None, [FAULT]), {"errors": [SHOWN]}),
        (Answer(None, [FAULT], b'{"x":2}'), {"errors": [SHOWN], "extensions": {"x": 2}}),
    ],
)
def test_an_answer_is_joined(answer: Answer, body: object) -> None:
    assert json.loads(answer.body) == body


def test_errors_come_first() -> None:
    assert Answer(NOTHING, [FAULT]).body.startswith(b'{"errors":')
