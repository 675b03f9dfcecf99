"""/livez and /readyz: what they say of each state of the database, and that they say it at once."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest_asyncio
from starlette.types import ASGIApp

from api.app import create_app
from domain import migrated
from domain.database import connection_parameters
from settings import Settings
from tests.asgi import Response, call, lifespan
from tests.conftest import other_database
from tests.graph import KEY, Graph
from tests.outage import Line

ROOT = Path(__file__).parent.parent
AT_ONCE_SECONDS = 0.2
NOTICED_SECONDS = 6.0
NO_ANSWER = b"the database does not answer\n"
NOT_MIGRATED = b"the database lacks migrations of this version: run ./xinfeng migrate\n"


async def ask(app: ASGIApp, path: str) -> Response:
    started = asyncio.get_running_loop().time()
    response = await call(app, "GET", path)
    assert asyncio.get_running_loop().time() - started < AT_ONCE_SECONDS
    assert response.headers["cache-control"] == "no-store"
    return response


async def until(app: ASGIApp, holds: Callable[[Response], bool]) -> Response:
    """What /readyz says once it says that; /livez and every answer on the way come at once."""
    deadline = asyncio.get_running_loop().time() + NOTICED_SECONDS
    while True:
        live, ready = await ask(app, "/livez"), await ask(app, "/readyz")
        assert (live.status, live.body) == (200, b"ok\n")
        if holds(ready):
            return ready
        assert asyncio.get_running_loop().time() < deadline, ready
        await asyncio.sleep(0.05)


def is_ready(response: Response) -> bool:
    return (response.status, response.body) == (200, b"ok\n")


def is_unready(response: Response) -> bool:
    return response.status == 503


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(database_url: str) -> AsyncIterator[Line]:
    with tempfile.TemporaryDirectory(prefix="xf-") as directory:
        yield Line(database_url, Path(directory))


async def test_a_database_that_comes_goes_and_falls_silent(line: Line) -> None:
    app = create_app(Settings(DATABASE_URL=line.url, secret_key=KEY))
    async with lifespan(app):
        absent = await ask(app, "/readyz")
        assert (absent.status, absent.body) == (503, NO_ANSWER)
        assert absent.headers["retry-after"] == "2"
        await line.restore()
        await until(app, is_ready)
        await line.cut()
        assert (await until(app, is_unready)).body == NO_ANSWER
        await line.restore()
        await until(app, is_ready)
        line.silence()
        assert (await until(app, is_unready)).body == NO_ANSWER
        await line.restore()
        await until(app, is_ready)
    await line.cut()


async def test_a_database_that_is_not_migrated_yet(server_url: str) -> None:
    name = f"xinfeng_unmigrated_{os.getpid()}"
    server = await asyncpg.connect(**connection_parameters(server_url))
    await server.execute(f"CREATE DATABASE {name}")
    url = other_database(server_url, name)
    app = create_app(Settings(DATABASE_URL=url, secret_key=KEY))
    try:
        async with lifespan(app):
            found = await until(app, lambda response: response.body == NOT_MIGRATED)
            assert found.status == 503
            command = [sys.executable, "cli.py", "migrate"]
            given = {**os.environ, "DATABASE_URL": url}
            migration = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=given, stderr=asyncio.subprocess.DEVNULL
            )
            assert await migration.wait() == 0
            await until(app, is_ready)
            answer = await Graph(app).post("{ network { id } }", None)
            assert answer.json()["data"] == {"network": {"id": "Network:1"}}
    finally:
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


async def test_a_migration_of_another_version(database_url: str) -> None:
    """One that is missing is named; one that only a later version has is no fault."""
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        assert await migrated.missing(connection, timeout_seconds=5) == frozenset()
        await connection.execute(
            "UPDATE tortoise_migrations SET name = '9999_later' WHERE name = '0003_partners'"
        )
        assert await migrated.missing(connection, timeout_seconds=5) == {"0003_partners"}
        await connection.execute(
            "UPDATE tortoise_migrations SET name = '0003_partners' WHERE name = '9999_later'"
        )
        await connection.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at)"
            " VALUES ('domain', '9999_later', now())"
        )
        assert await migrated.missing(connection, timeout_seconds=5) == frozenset()
    finally:
        await connection.close()
