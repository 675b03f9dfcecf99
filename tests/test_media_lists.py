"""The library's list looks at no more files because there are more: by words, and by use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from domain.access import SYSTEM
from domain.database import connection_parameters
from domain.reader import SETTINGS
from schema.execution.engine import Engine
from schema.root import build
from tests.explained import work

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILES = 10_000
HOME = """
INSERT INTO organization (id, kind, name, version, created_at)
VALUES (1, 'CENTRE', '示例', 1, now())
"""
FILL = """
INSERT INTO media (organization_id, kind, mime, name, sha256, size, alt, caption, credit,
    licence, state, why, attempts, bands, uploaded_by, version, created_at, updated_at, is_used)
SELECT 1, 'DOCUMENT', 'application/pdf', 'file-' || i || '.pdf', lpad(to_hex(i), 64, '0'), 1,
    CASE WHEN i % 2000 = 7 THEN '猞猁在山里' ELSE '志愿者在社区' END, '', '', '',
    'READY', '', 0, '{}', '', 1, now(), now(),
    i % 1000 <> 5
FROM generate_series(1, $1::integer) i
"""
QUERY = """query($filter: MediaFilter!) {
    mediaLibrary(first: 20, filter: $filter) { nodes { name alt } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        **connection_parameters(database_url), server_settings={"jit": "off"}
    )
    await connection.execute(HOME)
    await connection.execute(FILL, FILES)
    await connection.execute("VACUUM (ANALYZE) media")
    for name, value in SETTINGS.items():
        await connection.execute(f"SET {name} = '{value}'")
    yield connection
    await connection.close()


@pytest.mark.parametrize("generic", [False, True])
@pytest.mark.parametrize(
    ("given", "most"),
    [
        ({"text": "猞猁"}, 5),
        ({"text": "猞"}, 5),
        ({"text": "猞猁在山"}, 5),
        ({"text": "FILE-1234."}, 5),
        ({"text": "志愿者在社区"}, FILES),
        ({"unused": True}, 10),
        ({"unused": False}, 20),
        ({"unused": True, "text": "猞猁"}, 10),
    ],
)
async def test_few_files_are_looked_at(
    connection: asyncpg.Connection, given: dict[str, Any], most: int, generic: bool
) -> None:
    engine = Engine(build(), zone="Asia/Shanghai")
    done = await work(connection, engine, QUERY, {"filter": given}, SYSTEM, generic=generic)
    assert done.looked_at <= most, str(done)
    assert done.looked_at > 0
