"""THE ACCESS TABLE: who gets what from every field that can be asked and from every mutation.

Each row says it for all callers; a field of the schema without a row fails, and so does a row
without a field. Rows of data are asked over HTTP with a token of each caller; refused mutations
leave no entry in the audit trail. The rows stand in tests/access_table, noun by noun.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLObjectType

from domain.audit.models import AuditEntry
from schema.planner.restrictions import restriction_of
from schema.root import build
from tests.access_table.asking import asked
from tests.access_table.callers import CALLERS, EVERYBODY, Read
from tests.access_table.district import District, make_district
from tests.access_table.fronts import make_front
from tests.access_table.rows import FIELDS, MUTATIONS, QUERIES
from tests.graph import Graph, graph


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> District:
    made = await make_district()
    await make_front(made)
    return made


def _filled(value: Any, ids: dict[str, str]) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False) % ids)


READS = [
    *((name, read) for name, rows in QUERIES.items() for read in rows),
    *(("".join(place), read) for place, read in FIELDS.items()),
]


@pytest.mark.parametrize(("name", "read"), READS, ids=[name for name, _ in READS])
async def test_who_reads_what(opened: Graph, district: District, name: str, read: Read) -> None:
    document = read.document % district.ids
    for caller in CALLERS:
        answer = await asked(opened, district, caller, document)
        if caller not in read.selected_by:
            assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN"}, caller
            assert "data" not in answer, caller
        elif name == "indexFormulas":
            assert len(answer["data"]["it"]) > 0
        else:
            expected = read.found if caller in read.seen_by else read.nothing
            assert answer.get("data") == {"it": _filled(expected, district.ids)}, (caller, answer)


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_writes_what(opened: Graph, district: District, name: str) -> None:
    row = MUTATIONS[name]
    input_type = next(iter(SCHEMA.mutation_type.fields[name].args.values())).type
    document = (
        f"mutation($input: {input_type}) {{ it: {name}(input: $input)"
        " { __typename ... on Problem { code path } } }"
    )
    for caller in CALLERS:
        given = await row.setup(district)
        before = await AuditEntry.all().count()
        answer = await asked(opened, district, caller, document, input=given)
        told = answer["data"]["it"]
        outcome = f"{told['code']} {'.'.join(told['path'])}" if "code" in told else "done"
        assert outcome == row.outcome(caller), (caller, told)
        written = await AuditEntry.all().count() - before
        assert written == (row.entries if outcome == "done" else 0), caller


SCHEMA: Any = build()._schema
ELSEWHERE_PROVED = {"viewer"}


def test_every_query_field_has_a_row() -> None:
    assert set(SCHEMA.query_type.fields) - ELSEWHERE_PROVED == set(QUERIES)


def test_every_mutation_has_a_row() -> None:
    assert set(SCHEMA.mutation_type.fields) == set(MUTATIONS)


def test_every_subscription_is_proved() -> None:
    """Of what is followed: test_who_follows_what; of who edits: tests/test_editing.py."""
    assert set(SCHEMA.subscription_type.fields) == {"articleEditing", "engagementChanged"}


def test_every_restricted_field_has_a_row() -> None:
    restricted = {
        (type_.name, name)
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if restriction_of(field) is not None
    }
    at_the_root = {("Query", name) for name, rows in QUERIES.items() if _is_restricted(rows)}
    assert restricted == set(FIELDS) | at_the_root


def _is_restricted(rows: list[Read]) -> bool:
    return any(read.selected_by != EVERYBODY for read in rows)
