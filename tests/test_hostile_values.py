"""Values nobody means well with: cursors, scalars, signatures and request bodies that are read by
pure functions. Each is taken or refused in our own words; nothing else happens."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from graphql import GraphQLError
from hypothesis import example, given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from starlette.datastructures import Headers

from api.asked import BadRequest, from_body, from_payload, from_query_string
from api.push_signature import Signed, read_headers, verify
from domain.problems import Forbidden, Invalid
from schema.planner.cursors import decode
from schema.planner.errors import BadInput
from schema.planner.readings import Order
from schema.scalars import _parse_bigint, _parse_date, _parse_datetime

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
ORDERS = [Order("{row}.a", sql_type=kind) for kind in ("timestamptz", "bigint", "text")]
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()


THEIRS = re.compile(r"isoformat|strptime|out of range|literal|Traceback|int\(\)")
"""Words of the libraries below."""


def outcome(read: Callable[[Any], Any], value: Any) -> tuple[Any, Exception | None]:
    """What it gives, or what it raises."""
    try:
        return read(value), None
    except Exception as error:
        return None, error


def cursor(parts: Any) -> str:
    return base64.b64encode(json.dumps(parts).encode()).decode()


@given(st.text(max_size=100) | JSON.map(cursor), st.sampled_from(ORDERS))
def test_a_cursor_is_taken_or_refused(text: str, order: Order) -> None:
    with pytest.raises(BadInput):
        decode(text, "NEWEST", order)


@given(JSON, JSON, st.sampled_from(ORDERS))
@example("0001-01-01T00:00:00+14:00", 1, ORDERS[0])
@example("9999-12-31T23:59:59-14:00", 1, ORDERS[0])
def test_a_cursor_gives_what_its_order_sorts_by(key: Any, tie: Any, order: Order) -> None:
    try:
        found, number = decode(cursor(["NEWEST", key, tie]), "NEWEST", order)
    except BadInput:
        return
    assert 0 <= number < 2**63
    if isinstance(found, datetime):
        found.astimezone(UTC)
    elif isinstance(found, int):
        assert -(2**63) <= found < 2**63
    else:
        assert "\0" not in found
        found.encode("utf-8")


@given(st.sampled_from(ORDERS), st.text(max_size=10))
def test_a_cursor_of_another_order_says_so(order: Order, name: str) -> None:
    with pytest.raises(BadInput):
        decode(cursor([name + "x", 1, 1]), name, order)


@pytest.mark.parametrize("parse", [_parse_datetime, _parse_date, _parse_bigint])
@given(JSON | st.datetimes().map(str) | st.dates().map(str) | st.integers().map(str))
@example("0001-01-01T00:00:00+14:00")
@example("9999-12-31T23:59:59-14:00")
@example("2026-02-30")
@example(2**63)
@example("1" * 5_000)
def test_a_scalar_is_taken_or_refused(parse: Any, value: Any) -> None:
    found, refused = outcome(parse, value)
    if refused is not None:
        assert isinstance(refused, GraphQLError)
        assert not THEIRS.search(refused.message)
    elif isinstance(found, datetime):
        found.astimezone(UTC)
    elif isinstance(found, int):
        assert -(2**63) <= found < 2**63


LATIN = st.text(st.characters(max_codepoint=255), max_size=60)


@given(LATIN, LATIN | st.integers().map(str), LATIN | st.just("v1," + "A" * 43 + "="))
@example("msg_1", "9" * 12, "v1,,")
@example("msg_1", "\u00b2", "v1,\u00ff")
def test_headers_of_a_push_are_taken_or_refused(id_: str, moment: str, signature: str) -> None:
    given_headers = {
        "webhook-id": id_,
        "webhook-timestamp": moment,
        "webhook-signature": signature,
    }
    signed, refused = outcome(
        lambda headers: read_headers(headers, now=NOW), Headers(given_headers)
    )
    if refused is not None:
        assert isinstance(refused, Invalid)
        assert refused.path[0] in given_headers
    else:
        assert abs(int(signed.timestamp) - NOW.timestamp()) <= 300


@given(st.text(max_size=200), st.integers(0, 400), st.integers(1, 255))
def test_a_byte_changed_fits_no_signature(text: str, place: int, change: int) -> None:
    body = text.encode("utf-8", "replace")
    signature = Webhook(SECRET).sign("msg_1", NOW, body.decode())
    signed = Signed("msg_1", str(int(NOW.timestamp())), (signature,))
    altered = bytearray(body or b" ")
    altered[place % len(altered)] ^= change
    for wrong, secrets in ((bytes(altered), [SECRET]), (body, [OTHER]), (body, [])):
        with pytest.raises((Forbidden, UnicodeDecodeError)):
            verify(signed, wrong, secrets)


def _asked(read: Any, given_: Any) -> None:
    asked, refused = outcome(read, given_)
    if refused is not None:
        assert isinstance(refused, BadRequest)
        assert refused.status == 400
    else:
        assert isinstance(asked.variables, dict)
        assert asked.query is not None or asked.document_id is not None


NAMES = st.sampled_from(["query", "variables", "operationName", "extensions", "documentId", "x"])
BODIES = st.dictionaries(NAMES, JSON | st.just("{ a }"))


@given(BODIES | JSON)
@example({"query": "{ a }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": None}}})
def test_a_body_is_taken_or_refused(content: Any) -> None:
    _asked(from_payload, content)
    _asked(from_body, json.dumps(content).encode())


@given(st.binary(max_size=100))
def test_bytes_are_taken_or_refused(body: bytes) -> None:
    _asked(from_body, body)
    _asked(from_query_string, body)


@given(st.dictionaries(NAMES, st.text(max_size=20) | JSON.map(json.dumps)))
def test_an_address_is_taken_or_refused(parameters: dict[str, str]) -> None:
    _asked(from_query_string, urlencode(parameters, errors="replace").encode())
