"""./xinfeng backup and restore, done: while others write, interrupted, damaged, refused; and what
comes back answers as what was there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from commands.backups.archive import check, read_manifest
from commands.backups.restoring import check_version
from commands.failures import CommandFailed
from domain.access import Role
from domain.articles import actions as articles
from domain.database import connection_parameters, open_database
from domain.migrated import known
from domain.partners.secrets import issue_secret
from domain.tokens import actions as tokens
from tests.conftest import other_database
from tests.graph import KEY, graph
from tests.platforms import BOX
from tests.pushes import Sender, batch, item, send
from tests.rows import EDITOR, World, derive, make_article, make_post, make_world
from tests.serving import ROOT

ASKED = """{
    network { id counts { articles partners } reads { value status } }
    articles(first: 100, orderBy: NEWEST) {
        totalCount
        nodes { id title status body reads { value } }
    }
    organizations(first: 100) { nodes { id name } }
    teams(first: 10) { totalCount }
}"""
KEYS = f"{KEY} key"
"""Both that this file's secrets are sealed with."""

_numbers = count(1)


@dataclass(frozen=True)
class Newsroom:
    url: str
    world: World
    token: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newsroom(database_url: str) -> AsyncIterator[Newsroom]:
    """Articles, posts with pushed reads, a secret, a token; all derived."""
    async with open_database(database_url):
        world = await make_world()
        post_id = await make_post(world.account_id)
        secret = await issue_secret(EDITOR, BOX, world.partner_id)
        for number in range(30):
            article_id = await make_article(world, title=f"第 {number} 篇", body="<p>正文</p>" * 50)
            await articles.publish(EDITOR, article_id, 1)
        await _push(world, post_id)
        await derive()
        _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
        assert secret.startswith("whsec_")
        yield Newsroom(database_url, world, token)


async def _push(world: World, post_id: int) -> None:
    from tests import pushes

    secret = await issue_secret(EDITOR, pushes.BOX, world.partner_id)
    sender = Sender(world.partner_id, world.account_id, secret, (post_id, post_id))
    now = datetime.now(UTC).isoformat()
    answer = await send(sender, batch(item(post_id, 4321, observedAt=now)))
    assert answer.json()["accepted"] == 1


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def started(url: str, *arguments: object, key: str = KEYS) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "cli.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "XINFENG_SECRET_KEY": key},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def run(url: str, *arguments: object, key: str = KEYS) -> tuple[int, str, str]:
    """The status, what it printed, what it said."""
    process = await asyncio.to_thread(started, url, *arguments, key=key)
    printed, said = await asyncio.to_thread(process.communicate)
    return process.returncode, printed, said


@asynccontextmanager
async def name_of_new(url: str) -> AsyncIterator[str]:
    """A name for a database that is gone afterwards."""
    name = f"xinfeng_restored_{os.getpid()}_{next(_numbers)}"
    try:
        yield name
    finally:
        await statement(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def statement(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def answers(url: str, token: str) -> Any:
    async with graph(url) as opened:
        return await opened.ask(ASKED, token=token)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backup(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made while articles are written, as many as go."""
    file = tmp_path_factory.mktemp("backup") / "today.zip"
    writing = asyncio.create_task(_keep_writing(newsroom.world))
    status, printed, said = await run(newsroom.url, "backup", file, "--json")
    writing.cancel()
    assert status == 0, said
    assert json.loads(printed)["tables"]["public.article"] >= 30
    assert "XINFENG_SECRET_KEY" in said
    return file


async def _keep_writing(world: World) -> None:
    while True:
        article_id = await make_article(world, title=f"其间 {next(_numbers)}")
        await articles.publish(EDITOR, article_id, 1)


async def test_what_comes_back_is_one_moment_of_what_was(newsroom: Newsroom, backup: Path) -> None:
    async with name_of_new(newsroom.url) as name:
        status, printed, said = await run(newsroom.url, "restore", backup, "--into", name, "--json")
        assert status == 0, said
        assert said.endswith("everything is as it was: rows, figures, audit trail\n")
        proof = json.loads(printed)
        assert proof["differences"] == []
        assert proof["secrets_unreadable"] == 0
        url = other_database(newsroom.url, name)
        # An article and its two audit entries are written together, and so they came back.
        written = await statement(url, "SELECT count(*) FROM article")
        assert 30 <= written <= await statement(newsroom.url, "SELECT count(*) FROM article")
        entries = "SELECT count(*) FROM audit_entry WHERE action = 'article.{}'"
        created = await statement(url, entries.format("create"))
        published = await statement(url, entries.format("publish"))
        assert (created, created - published in (0, 1)) == (written, True)


def test_it_is_a_file_for_its_owner_and_for_anybody_s_tools(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with zipfile.ZipFile(backup) as archive:
        assert archive.namelist() == ["database.dump", "manifest.json"]
        assert archive.testzip() is None
        assert archive.read("database.dump")[:5] == b"PGDMP"
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


async def test_nothing_is_overwritten(newsroom: Newsroom, backup: Path) -> None:
    before = contents(backup.parent)
    status, _, said = await run(newsroom.url, "backup", backup)
    assert (status, said) == (
        1,
        f"xinfeng: {backup} exists: choose another name, nothing is overwritten\n",
    )
    assert contents(backup.parent) == before
    status, _, said = await run(newsroom.url, "restore", backup)
    assert status == 1
    assert "a backup is restored into an empty one only" in said
    name = newsroom.url.rsplit("dbname=")[-1].split()[0]
    status, _, said = await run(newsroom.url, "restore", backup, "--into", name)
    assert (status, said) == (1, f"xinfeng: there is a database {name} already\n")
    assert await statement(newsroom.url, "SELECT count(*) FROM article") >= 30


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_an_interrupted_backup_leaves_nothing_half(
    newsroom: Newsroom, tmp_path: Path, number: signal.Signals
) -> None:
    """Held up in the middle by a lock, so that it is the middle. Killed outright, it leaves a
    draft that the next one takes over."""
    file = tmp_path / "half.zip"
    holding = await asyncpg.connect(**connection_parameters(newsroom.url))
    try:
        async with holding.transaction():
            await holding.execute("LOCK TABLE webhook_message IN ACCESS EXCLUSIVE MODE")
            process = await asyncio.to_thread(started, newsroom.url, "backup", file)
            deadline = time.monotonic() + 30
            while not await holding.fetchval(
                "SELECT TRUE FROM pg_locks WHERE NOT granted AND relation = 'webhook_message'"
                "::regclass"
            ):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
            process.send_signal(number)
            assert await asyncio.to_thread(process.wait, 20) != 0
        assert [*contents(tmp_path)] == (["half.zip.partial"] if number is signal.SIGKILL else [])
        process.communicate()
    finally:
        await holding.close()
    if number is signal.SIGKILL:
        status, _, said = await run(newsroom.url, "backup", file)
        assert status == 0, said
        assert [*contents(tmp_path)] == ["half.zip"]


def test_a_damaged_file_is_known_before_anything_is_done(backup: Path, tmp_path: Path) -> None:
    content = bytearray(backup.read_bytes())
    damaged, cut, other = (tmp_path / name for name in ("damaged.zip", "cut.zip", "other.zip"))
    cut.write_bytes(content[: len(content) // 2])
    other.write_text("no backup at all")
    content[len(content) // 3] ^= 0xFF
    damaged.write_bytes(content)
    for file in (cut, other, tmp_path / "absent.zip"):
        with pytest.raises(CommandFailed, match=str(file)):
            read_manifest(file)
    with pytest.raises(CommandFailed, match=f"{damaged} is damaged"):
        check(damaged, read_manifest(damaged), lambda done, total: None)
    exchanged = changed(backup, tmp_path / "exchanged.zip", dumpSha256="0" * 64)
    with pytest.raises(CommandFailed, match="not what its manifest says"):
        check(exchanged, read_manifest(exchanged), lambda done, total: None)


def changed(backup: Path, file: Path, **given: Any) -> Path:
    """A backup whose manifest says something else."""
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(file, "w") as target:
        manifest = json.loads(source.read("manifest.json"))
        target.writestr("database.dump", source.read("database.dump"))
        target.writestr("manifest.json", json.dumps({**manifest, **given}))
    return file


def test_a_later_version_s_is_not_taken(backup: Path, tmp_path: Path) -> None:
    made = [*known(), "9999_later"]
    file = changed(backup, tmp_path / "later.zip", version="9.0", migrations=made)
    with pytest.raises(CommandFailed, match="this one does not know 9999_later"):
        check_version(read_manifest(file))


def test_one_of_before_the_migrations_were_begun_anew_is_not_taken(
    backup: Path, tmp_path: Path
) -> None:
    file = changed(backup, tmp_path / "older.zip", version="0.0", migrations=["0001_initial"])
    with pytest.raises(CommandFailed) as refused:
        check_version(read_manifest(file))
    assert str(refused.value) == (
        "this backup was made by version 0.0, before the migrations were begun anew:"
        " only the version that made it can restore it"
    )


async def test_what_differs_is_told(newsroom: Newsroom, tmp_path: Path) -> None:
    """A figure that does not follow from the observations, a row too few, another key."""
    await statement(
        newsroom.url,
        "UPDATE engagement_total SET value = 4322 WHERE subject_kind = 'POST' AND value = 4321",
    )
    file = tmp_path / "wrong.zip"
    try:
        status, printed, said = await run(newsroom.url, "backup", file, "--json")
        assert status == 0, said
    finally:
        await statement(
            newsroom.url,
            "UPDATE engagement_total SET value = 4321 WHERE subject_kind = 'POST' AND value = 4322",
        )
    tables = {**json.loads(printed)["tables"], "public.team": 7}
    wrong = changed(file, tmp_path / "more.zip", tables=tables)
    async with name_of_new(newsroom.url) as name:
        status, printed, said = await run(
            newsroom.url, "restore", wrong, "--into", name, "--json", key="another"
        )
        assert status == 1
        assert "restored, but 2 things are not as they were" in said
        assert "secrets do not open with this XINFENG_SECRET_KEY" in said
        rows, figure = json.loads(printed)["differences"]
        assert rows == "public.team: 0 rows, and 7 in the backup"
        assert figure.endswith("READS value: stored 4,322, derived 4,321")


async def test_an_empty_database_is_filled_and_answers_alike(
    server_url: str, newsroom: Newsroom, tmp_path: Path
) -> None:
    file = tmp_path / "quiet.zip"
    status, _, said = await run(newsroom.url, "backup", file)
    assert status == 0, said
    async with name_of_new(server_url) as name:
        await statement(server_url, f"CREATE DATABASE {name} TEMPLATE template0")
        url = other_database(server_url, name)
        status, _, said = await run(url, "restore", file)
        assert status == 0, said
        code = (
            "import asyncio, json, sys; from tests.test_backup import answers;"
            "[print(json.dumps(asyncio.run(answers(url, sys.argv[1])))) for url in sys.argv[2:]]"
        )
        told = (await _printed(code, newsroom.token, newsroom.url, url)).splitlines()
        assert told[0] == told[1]
        found = json.loads(told[1])
        assert found["network"]["reads"]["value"] == 4321
        assert found["articles"]["totalCount"] >= 30


async def _printed(code: str, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, *arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.decode()
