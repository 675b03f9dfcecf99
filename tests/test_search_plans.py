"""A search uses its indexes, and looks at no more rows because there are more articles."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from domain.access import ANONYMOUS, SYSTEM
from domain.database import connection_parameters
from domain.reader import SETTINGS
from domain.search.ranking import MOST_HEADED, MOST_NEAR
from domain.search.sounds import sound
from domain.search.vectors import vector
from schema.execution.engine import Engine, Request
from schema.root import build

ENTRIES = 20_000
EVERYWHERE, RARE, NAMED = "志愿者", "猞猁", "雷佳音新剧"
"""In every body; in one title; the title of the first."""

HOME = """
INSERT INTO organization (id, kind, name, version, created_at)
VALUES (1, 'CENTRE', '示例', 1, now())
"""
FILL = """
INSERT INTO search_entry (kind, subject_id, organization_id, is_public, listed_at, tags,
    title, squeezed, sound, heading, summary, document, body)
SELECT 'ARTICLE', i, 1, TRUE, now() - i * interval '1 minute', '{}', 'x', 'x',
    CASE WHEN i = 1 THEN $1 ELSE 'q' || substr(md5(i::text), 1, 12) END,
    CASE WHEN i = 2 THEN $2 ELSE ('''t' || i || ''':1A')::text END::tsvector,
    '', CASE WHEN i = 2 THEN $2 ELSE $3 END::tsvector, 'x'
FROM generate_series(1, $4::integer) i
"""
QUERY = """query($text: String!) { search(query: $text) { totalCount nodes {
    score snippets { html } subject { ... on Article { title } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        **connection_parameters(database_url), server_settings={"jit": "off"}
    )
    title, body = vector([("A", RARE)]), vector([("D", f"{EVERYWHERE} 一起")])
    await connection.execute(HOME)
    await connection.execute(FILL, sound(NAMED), title, body, ENTRIES)
    await connection.execute("VACUUM (ANALYZE) search_entry")
    for name, value in SETTINGS.items():
        await connection.execute(f"SET {name} = '{value}'")
    yield connection
    await connection.close()


async def nodes(connection: asyncpg.Connection, text: str, viewer: Any) -> list[dict[str, Any]]:
    """The nodes of the plan that ran, flat."""
    engine = Engine(build(), zone="Asia/Shanghai")
    prepared = engine.prepare(Request(QUERY, {"text": text}), viewer)
    assert prepared.plan is not None
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    sql = f"EXPLAIN (ANALYZE, FORMAT JSON) {prepared.plan.sql}"
    found = json.loads(await connection.fetchval(sql, *prepared.values))
    waiting, flat = [found[0]["Plan"]], []
    while waiting:
        node = waiting.pop()
        flat.append(node)
        waiting.extend(node.get("Plans", ()))
    return [node for node in flat if node["Actual Loops"]]


@pytest.mark.parametrize("viewer", [ANONYMOUS, SYSTEM], ids=["anonymous", "administrator"])
@pytest.mark.parametrize(
    ("text", "index"),
    [
        (RARE, "search_entry_heading"),
        (RARE, "search_entry_document"),
        (EVERYWHERE, "search_entry_document"),
        ("雷加音心剧", "search_entry_sound"),
    ],
)
async def test_entries_are_found_by_an_index(
    connection: asyncpg.Connection, text: str, index: str, viewer: Any
) -> None:
    ran = await nodes(connection, text, viewer)
    assert index in {node.get("Index Name") for node in ran}
    assert [node for node in ran if node["Node Type"] == "Seq Scan"] == []


async def test_what_is_ranked_is_bounded(connection: asyncpg.Connection) -> None:
    """What stands everywhere is sorted by time, in few bytes for each; its texts are not read."""
    ran = await nodes(connection, EVERYWHERE, ANONYMOUS)
    ranked = [
        node["Actual Rows"] * node["Actual Loops"]
        for node in ran
        if node.get("Index Name") == "search_entry_pkey"
    ]
    assert ranked
    assert max(ranked) <= 2 * MOST_HEADED + MOST_NEAR
