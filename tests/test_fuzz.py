"""Documents invented from the schema: no answer is wrong, and no answer that once was is again.

A few in every run, 5,000 with XINFENG_SLOW=1; `./xinfeng fuzz` goes on for as long as one likes.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from graphql import build_schema

from conformance.answers import faults
from conformance.fuzzing import Finding, Target, fuzz, keep
from conformance.packages import SCHEMA
from conformance.world import Facts, make_world
from domain.database import open_database
from tests.test_push_docs import server

CORPUS = sorted((Path(__file__).parent / "corpus" / "answers").glob("*.json"))
EXAMPLES = 5_000 if os.environ.get("XINFENG_SLOW") == "1" else 60
GRAPH = build_schema(SCHEMA.read_text("utf-8"))


async def _world(database_url: str) -> tuple[Facts, str]:
    async with open_database(database_url):
        return await make_world()


@pytest.fixture(scope="module")
def target(database_url: str) -> Iterator[Target]:
    facts, token = asyncio.run(_world(database_url))
    with server(database_url) as url:
        yield Target(f"{url}/graphql", token, GRAPH, facts.ids)


def test_invented_documents_are_answered_rightly(target: Target) -> None:
    finding = fuzz(target, EXAMPLES, number=int.from_bytes(os.urandom(4)))
    assert finding is None, f"{finding.faults}\n{finding.query}\nsigned in: {finding.signed_in}"


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
@pytest.mark.parametrize("signed_in", [True, False])
def test_what_was_answered_wrongly_once(target: Target, path: Path, signed_in: bool) -> None:
    query = json.loads(path.read_text("utf-8"))["query"]
    with requests.Session() as session:
        assert target.faults(session, query, signed_in=signed_in) == []


class Wrong(Target):
    """Answers wrongly to whatever has an argument: most that is invented."""

    def faults(self, session: requests.Session, query: str, *, signed_in: bool) -> list[str]:
        return ["it has 1 argument"] if "(" in query else []


def test_a_wrong_answer_is_found_and_made_small(tmp_path: Path) -> None:
    finding = fuzz(Wrong("", "", GRAPH, ["Article:1"]), 50, number=1)
    assert finding is not None
    assert finding.faults == ("it has 1 argument",)
    assert finding.kind == "it has   argument"
    assert "(" in finding.query
    kept = json.loads(keep(finding, tmp_path / "new", "1").read_text())
    assert kept["query"] == finding.query


# the judge


RIGHT = b'{"data": {"network": {"id": "Network:1", "reads": {"value": null, "status": "EXACT"}}}}'
QUERY = "{ network { id reads { value status } } }"


def test_what_is_right_has_no_faults() -> None:
    assert faults(GRAPH, QUERY, 200, RIGHT) == []
    refused = {"message": "no", "extensions": {"code": "BAD_USER_INPUT"}}
    assert faults(GRAPH, QUERY, 400, json.dumps({"errors": [refused]}).encode()) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b'"Network:1"', b"1", "query.network.id: 1 is no ID"),
        (b'"Network:1"', b"null", "query.network.id: null where there is none"),
        (b"null", b"9223372036854775808", "9223372036854775808 is no BigInt"),
        (b"null", b'"7"', "query.network.reads.value: '7' is no BigInt"),
        (b"null", b"true", "True is no BigInt"),
        (b'"EXACT"', b'"NEARLY"', "'NEARLY' is no MetricStatus"),
        (b'"status": "EXACT"', b'"state": "EXACT"', "keys are ['value', 'state']"),
        (b', "status": "EXACT"', b"", "keys are ['value']"),
        (b'{"id"', b'[{"id"', "no JSON"),
        (b'{"data"', b'{"date"', "no answer"),
    ],
)
def test_what_is_wrong_with_data_is_named(old: bytes, new: bytes, fault: str) -> None:
    (found,) = faults(GRAPH, QUERY, 200, RIGHT.replace(old, new, 1))
    assert fault in found


def _errors(*errors: Any, **more: Any) -> bytes:
    return json.dumps({"errors": list(errors), **more}).encode()


BAD = {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, _errors({"message": "no", "extensions": BAD}), "status 200 without data"),
        (400, _errors({"message": "no", "extensions": BAD}, data=None), "status 400 with data"),
        (500, _errors({"message": "no", "extensions": BAD}), "status 500"),
        (400, _errors({"message": "no"}), "code None: no"),
        (400, _errors({"message": "no", "extensions": {"code": "INTERNAL"}}), "code INTERNAL"),
        (400, _errors(*[{"message": "no", "extensions": BAD}] * 2), "more than once"),
        (400, _errors(), "errors are []"),
        (
            400,
            _errors({"message": "asyncpg says no", "extensions": BAD}),
            "a message holds 'asyncpg'",
        ),
    ],
)
def test_what_is_wrong_with_errors_is_named(status: int, body: bytes, fault: str) -> None:
    assert any(fault in found for found in faults(GRAPH, QUERY, status, body))


def test_findings_of_one_cause_are_of_one_kind() -> None:
    one, two = (Finding("{ a }", False, (f"code INTERNAL: request {n}",)) for n in (1, 2))
    assert one.kind == two.kind
