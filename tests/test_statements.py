"""A repeated read is one round trip with a statement prepared before, and PostgreSQL plans it once
for all values."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from domain.access import ANONYMOUS
from domain.articles import actions as articles
from domain.reader import Reader, open_reader
from domain.secrets import SecretBox
from schema.execution.context import Context
from schema.execution.engine import Engine, Request
from schema.root import build
from tests.rows import EDITOR, make_article, make_post, make_world
from tests.wire import PARSE, Wire, wiretap

TIMES = 20
PLANNED_FOR_VALUES = 5
"""PostgreSQL plans a statement so many times for its values before it weighs a plan for all."""
PREPARED = "SELECT json_agg(p) FROM pg_prepared_statements p"
NODE = "query($id: ID!) { node(id: $id) { id } }"
"""Planned each time: the value tells which of all types' branches is read, and the others vanish
from the plan. PostgreSQL finds that cheaper than one plan with every branch."""
QUERIES: dict[str, dict[str, list[Any]]] = {
    NODE: {"id": ["Article:1", "Post:2", "Person:1"]},
    "query($id: ID!) { article(id: $id) { title body author { name } posts { nodes { id } } } }": {
        "id": ["Article:1", "Article:2", "Article:9"]
    },
    "query($slug: String!) { article(slug: $slug) { title } }": {"slug": ["a", "b"]},
    """query($tag: String!) { articles(first: 20, filter: {tag: $tag}) {
        nodes { title organization { name } reads { value } } } }""": {"tag": ["a", "b"]},
    """query($id: ID!, $since: Date!) { engagementSeries(id: $id, since: $since) {
        points { startsAt value } } }""": {
        "id": ["Article:1", "Article:2"],
        "since": ["2026-01-01"],
    },
    "{ articles(first: 20) { totalCount nodes { title posts(first: 3) { nodes { id } } } } }": {},
}


@dataclass
class Read:
    engine: Engine
    reader: Reader
    wire: Wire

    async def ask(self, query: str, turn: int) -> None:
        variables = {name: given[turn % len(given)] for name, given in QUERIES[query].items()}
        context = Context(ANONYMOUS, datetime.now(UTC), "request-1", SecretBox(("a key",)))
        answer = await self.engine.answer(Request(query, variables), context, self.reader)
        assert answer.errors == ()

    async def prepared(self) -> list[dict[str, Any]]:
        (text,) = await self.reader.row(PREPARED, ())
        assert text is not None
        found: list[dict[str, Any]] = json.loads(text)
        return [each for each in found if each["statement"] != PREPARED]


@pytest_asyncio.fixture(loop_scope="module")
async def read(database: str) -> AsyncIterator[Read]:
    """One connection, opened and warm, through a socket that notes what is sent."""
    engine = Engine(build(), zone="Asia/Shanghai")
    with tempfile.TemporaryDirectory(prefix="wire-") as directory:
        async with (
            wiretap(database, Path(directory)) as wire,
            open_reader(wire.url, size=1, timeout_seconds=10) as reader,
        ):
            await reader.row("SELECT NULL::json", ())
            yield Read(engine, reader, wire)


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def rows(database: str) -> None:
    world = await make_world()
    for number in range(3):
        id_ = await make_article(world, tags=["ab"[number % 2]])
        await articles.publish(EDITOR, id_, 1)
        await make_post(world.account_id, article_id=id_)


@pytest.mark.parametrize("query", QUERIES)
async def test_a_repeated_read_is_one_round_trip(read: Read, query: str) -> None:
    await read.ask(query, 0)
    read.wire.sent.clear()
    for turn in range(TIMES):
        await read.ask(query, turn)
    assert read.wire.round_trips == TIMES
    assert read.wire.sent[PARSE] == 0


async def test_every_statement_is_prepared_once(read: Read) -> None:
    for turn in range(TIMES):
        for query in QUERIES:
            await read.ask(query, turn)
    found = await read.prepared()
    own = [each for each in found if "row_to_json" in each["statement"]]
    assert len(own) == len(QUERIES)
    assert len({each["statement"] for each in own}) == len(QUERIES)
    assert [each["generic_plans"] + each["custom_plans"] for each in own] == [TIMES] * len(QUERIES)


@pytest.mark.parametrize("query", QUERIES)
async def test_after_a_few_times_nothing_is_planned_any_more(read: Read, query: str) -> None:
    for turn in range(TIMES):
        await read.ask(query, turn)
    (own,) = [each for each in await read.prepared() if "row_to_json" in each["statement"]]
    custom = PLANNED_FOR_VALUES if own["parameter_types"] else 0
    custom = TIMES if query == NODE else custom
    assert (own["custom_plans"], own["generic_plans"]) == (custom, TIMES - custom)
