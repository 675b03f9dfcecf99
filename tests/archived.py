"""A deployment that was archived, and others into which the archive is entered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from tortoise.connection import get_connection

from domain.access import SYSTEM, Act
from domain.archives.format import Manifest, Report
from domain.archives.reading import read_archive
from domain.archives.writing import write_archive
from domain.database import open_database
from domain.media.storage import Place, Storage, open_storage
from tests.conftest import _run, other_database
from tests.platforms import BOX
from tests.rows import SHANGHAI

Result = TypeVar("Result")
NOW = datetime.now(UTC)
SEALED = BOX.seal("a secret nobody knows")


@dataclass(frozen=True)
class Site:
    """directory: of its library. token: opens it to an administrator, where it has one."""

    directory: Path
    archive: Path
    manifest: Manifest
    token: str


def quiet(done: int, of: int) -> None:
    return None


def archived(database_url: str, directory: Path, fill: Callable[[Storage], Awaitable[str]]) -> Site:
    """fill: makes its rows, and returns the token."""

    async def made() -> Site:
        path, storage = directory / "site.zip", open_storage(Place(directory / "media"))
        async with open_database(database_url):
            token = await fill(storage)
            manifest = await write_archive(path, storage, NOW, SHANGHAI, quiet)
        return Site(directory / "media", path, manifest, token)

    return asyncio.run(made())


@contextmanager
def elsewhere(server_url: str, template_name: str) -> Iterator[str]:
    """Another deployment, with nothing in it."""
    name = f"{template_name}_elsewhere"
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE {template_name} STRATEGY FILE_COPY")
    try:
        yield other_database(server_url, name)
    finally:
        _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def enter(path: Path, directory: Path, report: Report = quiet) -> bool:
    """Whether it was new here."""
    act, storage = Act(SYSTEM, datetime.now(UTC)), open_storage(Place(directory))
    return (await read_archive(act, path, storage, SHANGHAI, SEALED, report)).is_new


async def rows(statement: str, *given: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(given))


async def on(database_url: str, work: Awaitable[Result]) -> Result:
    async with open_database(database_url):
        return await work
