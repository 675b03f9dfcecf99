"""A file system that is really full, under a real PostgreSQL: a small one of its own is mounted for
it, which only root may do. Takes some ten seconds: a server is made there, and crashes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
import pytest_asyncio

from commands.local_postgres import local_postgres
from commands.migrate import migrate
from domain.audit.verify import verify as verify_audit
from domain.database import connection_parameters, open_database
from domain.engagement.actions.verify import verify
from tests.rows import SHANGHAI, World, make_world
from tests.serving import Served, free_port, served
from tests.test_faults import bearer_token, request

MEGABYTES = 256
CREATE = """
mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    ... on ArticlePayload { article { id } } ... on Problem { code } } }
"""


@contextmanager
def mounted(place: Path) -> Iterator[Path]:
    """An empty file system of MEGABYTES."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stderr.strip() if done.returncode else ""
    except OSError as error:
        said = str(error)
    if said:
        pytest.skip(f"no file system can be mounted here: {said}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@dataclass
class Disk:
    """A PostgreSQL on a small file system. port: of the server, which may be started again."""

    place: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://xinfeng@127.0.0.1:{self.port}/xinfeng"

    @contextmanager
    def server(self) -> Iterator[None]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "shared_buffers": "16MB",
            # A checkpoint that finds no room stops the whole server: none comes by itself here.
            "max_wal_size": "1GB",
            "checkpoint_timeout": "1h",
            "restart_after_crash": "off",
            # New statistics of the catalog want a file written when somebody connects.
            "autovacuum": "off",
        }
        try:
            with local_postgres(self.place, report=lambda line: None, options=options):
                yield
        finally:
            print((self.place / "postgres.log").read_text())  # shown where the test fails

    def fill(self) -> None:
        """To the last byte."""
        with (self.place / "filler").open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(os.urandom(2**16))
            except OSError:
                pass
        assert psutil.disk_usage(str(self.place)).free == 0

    def make_room(self) -> None:
        (self.place / "filler").unlink()


@pytest.fixture(scope="module")
def disk(tmp_path_factory: Any) -> Iterator[Disk]:
    place = tmp_path_factory.mktemp("disk")
    for each in (place, *place.parents[:2]):
        each.chmod(0o755)  # PostgreSQL runs as somebody who is not root
    with mounted(place) as room:
        yield Disk(room, free_port())


@dataclass
class Newsroom:
    """acknowledged: ids of articles that an answer told of."""

    server: Served
    world: World
    bearer: str
    acknowledged: list[int]

    async def write(self) -> tuple[int, dict[str, str], Any]:
        """One article; status, headers and what was answered."""
        given = {
            "title": "磁盘",
            "authorId": f"Person:{self.world.person_id}",
            "organizationId": f"Organization:{self.world.organization_id}",
        }
        body = json.dumps({"query": CREATE, "variables": {"input": given}}).encode()
        asked = request("/graphql", body, authorization=f"Bearer {self.bearer}")
        status, headers, answer = await self.server.ask(asked)
        told = json.loads(answer)
        if status == 200:
            id_ = told["data"]["createArticle"]["article"]["id"]
            self.acknowledged.append(int(id_.removeprefix("Article:")))
        return status, headers, told

    async def until_refused(self) -> None:
        """What there was room for in pages that were begun is used up first."""
        for _ in range(400):
            status, headers, told = await self.write()
            if status != 200:
                break
        assert (status, headers["retry-after"]) == (503, "2")
        (error,) = told["errors"]
        assert error["extensions"] == {"code": "UNAVAILABLE"}
        assert "space" not in json.dumps(told)

    async def lives(self) -> bool:
        status, _, body = await self.server.ask(b"GET /livez HTTP/1.1\r\nhost: tests\r\n\r\n")
        return (status, body) == (200, b"ok\n")

    async def until_written(self) -> None:
        deadline = time.monotonic() + 20
        while (await self.write())[0] != 200:
            assert time.monotonic() < deadline, "it does not find the database again"
            await asyncio.sleep(0.2)


async def whole(url: str, newsroom: Newsroom) -> None:
    """Every acknowledged article is there with its entry in the trail, and nothing else is."""
    connection = await asyncpg.connect(**connection_parameters(url))
    ids = await connection.fetch("SELECT id FROM article ORDER BY id")
    entries = await connection.fetchval(
        "SELECT count(*) FROM audit_entry WHERE action = 'article.create'"
    )
    await connection.close()
    assert [row["id"] for row in ids] == newsroom.acknowledged
    assert entries == len(newsroom.acknowledged)


@pytest_asyncio.fixture(loop_scope="module")
async def newsroom(disk: Disk) -> AsyncIterator[Newsroom]:
    with disk.server():
        await asyncio.to_thread(asyncio.run, migrate(disk.url, lambda line: None))
        async with open_database(disk.url):
            world, bearer = await make_world(), await bearer_token()
        with served(disk.url) as (server,):
            yield Newsroom(server, world, bearer, [])


async def test_what_was_acknowledged_outlives_a_full_disk(disk: Disk, newsroom: Newsroom) -> None:
    await newsroom.until_written()
    disk.fill()
    await newsroom.until_refused()
    assert await newsroom.lives()
    before = len(newsroom.acknowledged)
    disk.make_room()
    await newsroom.until_written()
    assert len(newsroom.acknowledged) == before + 1
    await whole(disk.url, newsroom)

    # Where there is no room for PostgreSQL's log either, it stops at once.
    disk.fill()
    await stopped(disk)
    status, _, told = await newsroom.write()
    assert (status, told["errors"][0]["extensions"]) == (503, {"code": "UNAVAILABLE"})
    assert await newsroom.lives()
    disk.make_room()
    with disk.server():
        await newsroom.until_written()
        await whole(disk.url, newsroom)
        async with open_database(disk.url):
            assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []
            assert (await verify_audit((), report=lambda done, of: None)).fault is None


async def switch(connection: asyncpg.Connection, times: int) -> None:
    for _ in range(times):
        await connection.execute(
            "SELECT pg_logical_emit_message(true, 'full', 'x'), pg_switch_wal()"
        )


async def stopped(disk: Disk) -> None:
    """Makes it begin segment after segment of its log, until there is none to begin."""
    connection = await asyncpg.connect(**connection_parameters(disk.url))
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await switch(connection, 100)
    deadline = time.monotonic() + 20
    while (disk.place / "postgres/postmaster.pid").exists():
        assert time.monotonic() < deadline, "PostgreSQL goes on"
        await asyncio.sleep(0.1)
