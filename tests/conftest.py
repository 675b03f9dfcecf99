"""One PostgreSQL for the run, one migrated template, one database of its own for each test file."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import hypothesis
import pytest
import pytest_asyncio
from psycopg.conninfo import make_conninfo
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from commands.local_postgres import local_postgres
from commands.migrate import migrate
from domain.database import connection_parameters, open_database
from domain.users import hashing

FAST_AND_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "1h",
}
_numbers = count(1)

# How quickly examples are drawn says something of a busy machine, and nothing of us.
hypothesis.settings.register_profile(
    "xinfeng", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("xinfeng")


_LONGEST = (
    "scope canaries oracle launcher backup district bench demo compose workers_outage imports"
    " faults adapters fuzz workers metrics openapi overload"
)
LONGEST = [f"test_{name}" for name in _LONGEST.split()]
"""Files that take long, the longest first: begun last, one would keep a process busy while the
others have nothing left to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first; long runs are left out unless they are asked for."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))
    if os.environ.get("XINFENG_SLOW") == "1":
        return
    skip = pytest.mark.skip(reason="a long run: XINFENG_SLOW=1 asks for it")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


async def _statement(url: str, sql: str) -> None:
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _run(url: str, sql: str) -> None:
    asyncio.run(_statement(url, sql))


def other_database(url: str, name: str) -> str:
    """The same server, another database."""
    return make_conninfo(url, dbname=name)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server: XINFENG_TEST_DATABASE_URL, or one of our own for this run."""
    given = os.environ.get("XINFENG_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="xinfeng-tests-") as directory:
        options = FAST_AND_FORGETFUL
        with local_postgres(Path(directory), report=lambda line: None, options=options) as server:
            yield server.url


@pytest.fixture(scope="session")
def template_name(server_url: str) -> Iterator[str]:
    """A database that is migrated and empty; nobody connects to it, so that it can be copied."""
    name = f"xinfeng_template_{os.getpid()}"
    _run(server_url, f"CREATE DATABASE {name}")
    asyncio.run(migrate(other_database(server_url, name), lambda line: None))
    yield name
    _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def database_url(server_url: str, template_name: str) -> Iterator[str]:
    """A fresh, migrated database for one test file."""
    name = f"xinfeng_test_{os.getpid()}_{next(_numbers)}"
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE {template_name} STRATEGY FILE_COPY")
    yield other_database(server_url, name)
    _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(database_url: str) -> AsyncIterator[str]:
    """The file's database, with Tortoise opened on it; the value is its address."""
    async with open_database(database_url):
        yield database_url


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 as it is, but with little memory and one pass."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(hashing, "_HASHES", cheap)
    monkeypatch.setattr(hashing, "DUMMY", cheap.hash("of a password nobody knows"))
