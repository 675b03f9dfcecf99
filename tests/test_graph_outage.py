"""The graph while the database is away: 503 at once, and all well when it is back."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest_asyncio

from api.app import create_app
from domain.access import Role
from domain.database import connection_parameters
from domain.tokens import actions as tokens
from settings import Settings
from tests.asgi import call, lifespan
from tests.graph import KEY, Graph
from tests.outage import Line
from tests.rows import EDITOR, make_world

QUERY = "{ organizations { totalCount } }"
FRESH = {"cache-control": "no-cache"}


@dataclass
class Away:
    line: Line
    graph: Graph
    token: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def away(database_url: str) -> AsyncIterator[Away]:
    with tempfile.TemporaryDirectory(prefix="xf-") as directory:
        line = Line(database_url, Path(directory))
        await line.restore()
        settings = Settings(DATABASE_URL=line.url, secret_key=KEY, statement_timeout_seconds=0.5)
        app = create_app(settings)
        async with lifespan(app):
            await make_world()
            _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
            yield Away(line, Graph(app), token)
            await line.restore()
        await line.cut()


async def _works(graph: Graph) -> None:
    deadline = asyncio.get_running_loop().time() + 10
    response = await graph.post(QUERY, None, **FRESH)
    while response.status != 200 and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.05)
        response = await graph.post(QUERY, None, **FRESH)
    assert response.json()["data"] == {"organizations": {"totalCount": 1}}


async def test_a_database_that_goes_away_and_returns(away: Away) -> None:
    await _works(away.graph)
    await away.line.cut()
    for _ in range(3):
        started = asyncio.get_running_loop().time()
        response = await away.graph.post(QUERY, None, **FRESH)
        assert response.status == 503
        assert response.headers["retry-after"] == "2"
        assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
        assert asyncio.get_running_loop().time() - started < 1
    assert (await call(away.graph.app, "GET", "/livez")).status == 200
    assert (await call(away.graph.app, "GET", "/readyz")).status == 503
    token = await away.graph.post(QUERY, None, authorization=f"Bearer {away.token}")
    assert token.status == 503
    await away.line.restore()
    await _works(away.graph)


async def test_a_database_that_falls_silent(away: Away) -> None:
    await _works(away.graph)
    away.line.silence()
    async with asyncio.timeout(5):
        response = await away.graph.post(QUERY, None, **FRESH)
    assert response.status == 503
    for authorization in (f"Bearer {away.token}", "Bearer xf_" + "A" * 43):
        async with asyncio.timeout(5):
            response = await away.graph.post(QUERY, None, authorization=authorization)
        assert response.status == 503
    await away.line.restore()
    await _works(away.graph)


async def test_connections_that_are_ended_under_it(away: Away, database_url: str) -> None:
    await _works(away.graph)
    connection = await asyncpg.connect(**connection_parameters(database_url))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
    await _works(away.graph)


async def test_a_statement_that_takes_too_long_is_ended(away: Away) -> None:
    await _works(away.graph)
    row = away.graph.app.graphql.answering.reader.row

    async def slowly(sql: str, values: object) -> object:
        return await row("SELECT pg_sleep(5)::text::json", ())

    away.graph.app.graphql.answering.reader.row = slowly  # type: ignore[assignment, method-assign]
    response = await away.graph.post(QUERY, None, **FRESH)
    del away.graph.app.graphql.answering.reader.row
    assert response.status == 504
    assert "retry-after" not in response.headers
    assert response.json()["errors"][0]["extensions"] == {"code": "TIMED_OUT"}
