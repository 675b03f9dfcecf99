"""Which form of an answer is chosen, by the header Accept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.asked import GRAPHQL_JSON, JSON, BadRequest
from api.negotiation import EVENT_STREAM, OFFERED, Wanted, wanted

STREAM = EVENT_STREAM
URQL = (
    b"application/graphql-response+json, application/graphql+json, application/json,"
    b" text/event-stream, multipart/mixed"
)


@pytest.mark.parametrize(
    ("accept", "answer", "takes_stream"),
    [
        (None, JSON, False),
        (b"", JSON, False),
        (b" ", JSON, False),
        (b"*/*", JSON, False),
        (b"application/*", JSON, False),
        (b"APPLICATION/JSON", JSON, False),
        (b"application/json; charset=utf-8", JSON, False),
        (b"application/graphql-response+json", GRAPHQL_JSON, False),
        (b"application/graphql-response+json,application/json;q=0.9", GRAPHQL_JSON, False),
        (b"application/json;q=0.9 , application/graphql-response+json", GRAPHQL_JSON, False),
        (b"application/json, application/graphql-response+json", JSON, False),
        (b"application/graphql-response+json;q=0.1, application/json", JSON, False),
        (b"application/json;q=0, */*", GRAPHQL_JSON, False),
        (b"application/json; Q=0.2, */*;q=0.1", JSON, False),
        (URQL, GRAPHQL_JSON, True),
        (b"text/event-stream", STREAM, True),
        (b"text/*", STREAM, False),
        (b"text/event-stream, application/json", STREAM, True),
        (b"application/json, text/event-stream", JSON, True),
        (b"application/json;q=0.5, text/event-stream;q=0.9", STREAM, True),
        (b"application/json, text/event-stream;q=0", JSON, False),
        (b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON, False),
        (b"application/json;q=nonsense", JSON, False),
    ],
)
def test_weight_then_order(accept: bytes | None, answer: bytes, takes_stream: bool) -> None:
    assert wanted(accept) == Wanted(answer, takes_stream)


@pytest.mark.parametrize(
    "accept", [b"text/html", b"application/json;q=0", b"*/*;q=0", b"json", b"a" * 2_001, b","]
)
def test_what_is_not_served_is_406(accept: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        wanted(accept)
    assert refused.value.status == 406


NAMES = st.sampled_from([*OFFERED, b"application/*", b"text/*", b"*/*", b"text/html"])
RANGES = st.lists(st.tuples(NAMES, st.integers(0, 10)), min_size=1, max_size=6)


def chosen(accept: bytes) -> bytes | None:
    """The answer's media type; None for 406."""
    try:
        return wanted(accept).answer
    except BadRequest:
        return None


@given(RANGES)
def test_what_is_chosen_is_among_what_was_accepted(ranges: list[tuple[bytes, int]]) -> None:
    answer = chosen(b", ".join(b"%s;q=%.1f" % (name, tenths / 10) for name, tenths in ranges))
    if answer is None:
        assert not (ranges[0][0] == b"*/*" and len(ranges) == 1 and ranges[0][1])
    else:
        general = {answer, answer.split(b"/")[0] + b"/*", b"*/*"}
        assert any(name in general and tenths for name, tenths in ranges)


@given(st.binary(max_size=200))
def test_no_header_is_a_failure(accept: bytes) -> None:
    assert chosen(accept) in (*OFFERED, None)
