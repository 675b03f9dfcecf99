"""The whole site as one file: what comes in again answers every question as before."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.access import SYSTEM, Act
from domain.archives.reading import read_archive
from domain.archives.tables import MANIFEST, TABLES
from domain.archives.writing import write_archive
from domain.articles import actions as articles
from domain.database import open_database
from domain.media.actions.rendering import render, take_due
from domain.media.storage import Place, Storage, open_storage
from domain.people.models import Person
from domain.problems import Conflict, Invalid
from domain.search.actions.rebuild import verify as wrongly_found
from tests.conftest import _run, other_database
from tests.graph import graph
from tests.media import everything_below, picture, store
from tests.rows import (
    EDITOR,
    make_article,
    make_campaign,
    make_organization,
    make_post,
    make_world,
    refused,
)

NOW = datetime.now(UTC)
EVERYTHING = """{
  network { counts { articles posts organizations } }
  organizations(first: 100) { totalCount nodes { id name kind version ancestors { id } } }
  campaigns { totalCount nodes { id title version startsAt } }
  partners { nodes { id name accounts { nodes { id handle platform } } } }
  articles(first: 100, orderBy: NEWEST) { totalCount nodes {
    id slug title body plainText blocks cover tags status version publishedAt updatedAt
    author { id name } organization { id }
    revisions { totalCount nodes { id number title reason actor createdAt isPublic name } }
    posts { totalCount nodes { id url state postedAt reads { status } } }
    reads { status coverage { known counted } }
  } }
  mediaLibrary { totalCount nodes { id kind name alt bytes width height version isPublic state url
    originalUrl usedBy { id } similar { id }
    renditions { format width height bytes url } } }
}"""


def quiet(done: int, of: int) -> None:
    return None


async def fill(storage: Storage) -> None:
    world = await make_world()
    below = await make_organization(world.organization_id, "下级所")
    await make_campaign(below)
    shown = await store(storage, world.organization_id, picture(400, 300), alt="花园")
    await store(storage, below, b"%PDF-1.7\n" + b"x" * 9000, name="附件.pdf")
    while row := await take_due(NOW + timedelta(minutes=1)):
        await render(row, storage, NOW)
    blocks = [
        {"type": "paragraph", "text": [{"text": "一段"}]},
        {"type": "image", "media": f"Media:{shown.media_id}"},
    ]
    public = await make_article(world, title="公开", blocks=blocks, tags=["志愿"])
    await articles.publish(EDITOR, public, 1)
    changes = articles.ArticleChanges(title="再改", markdown="旁边的草稿", reason="补充")
    await articles.update(EDITOR, public, 2, changes)
    await articles.name_revision(EDITOR, public, 1, "首发")
    withdrawn = await make_article(world, title="收回", markdown="文")
    await articles.publish(EDITOR, withdrawn, 1)
    await articles.withdraw(EDITOR, withdrawn, 2)
    await make_article(world, title="草稿")
    await make_post(world.account_id, article_id=public, url="https://weibo.example/1")


async def answers(database_url: str, directory: Path) -> Any:
    async with graph(database_url, media_dir=directory) as opened:
        token = await _token()
        return await opened.ask(EVERYTHING, token=token)


async def _token() -> str:
    from domain.access import Role
    from domain.tokens import actions as tokens

    return (await tokens.create(EDITOR, "archive", Role.ADMINISTRATOR, None))[1]


@pytest.fixture(scope="module")
def other_url(server_url: str, template_name: str) -> Iterator[str]:
    """Another deployment, with nothing in it."""
    name = f"{template_name}_elsewhere"
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE {template_name} STRATEGY FILE_COPY")
    yield other_database(server_url, name)
    _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def archive(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")

    async def made() -> Path:
        storage = open_storage(Place(directory / "media"))
        async with open_database(database_url):
            await fill(storage)
            await write_archive(directory / "site.zip", storage, NOW, quiet)
        return directory / "site.zip"

    return asyncio.run(made())


def test_a_site_comes_in_again_as_it_was(database_url: str, other_url: str, archive: Path) -> None:
    there, here = archive.parent / "media", archive.parent / "other"

    async def enter() -> None:
        async with open_database(other_url):
            await read_archive(Act(SYSTEM, NOW), archive, open_storage(Place(here)), quiet)
            assert await wrongly_found(quiet) == []
            async with refused(Conflict, code="NOT_EMPTY"):
                await read_archive(Act(SYSTEM, NOW), archive, open_storage(Place(here)), quiet)

    before = asyncio.run(answers(database_url, there))
    asyncio.run(enter())
    after = asyncio.run(answers(other_url, here))
    assert after == before
    assert before["articles"]["totalCount"] == 3
    assert before["mediaLibrary"]["totalCount"] == 2
    assert len(before["mediaLibrary"]["nodes"][1]["renditions"]) == 5
    assert everything_below(here / "files") == everything_below(there / "files")

    async def goes_on() -> int:
        """New rows get numbers of their own."""
        async with open_database(other_url):
            person = await Person.first()
            assert person is not None
            return await make_article_of(person)

    asyncio.run(goes_on())


async def make_article_of(person: Person) -> int:
    organization_id: int = person.organization_id  # type: ignore[attr-defined]
    new = articles.NewArticle(title="新", author_id=person.id, organization_id=organization_id)
    return await articles.create(EDITOR, new)


def test_it_holds_no_secrets(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        names = {name for name in opened.namelist() if name.startswith("tables/")}
        assert names == {f"tables/{table.name}.jsonl" for table in TABLES}
        accounts = [json.loads(row) for row in opened.read("tables/account.jsonl").splitlines()]
    assert accounts
    assert all("credential" not in row for row in accounts)


def changed(archive: Path, into: Path, name: str, content: bytes) -> Path:
    """The archive with one member of another content."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(into, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return into


def test_what_is_no_archive_leaves_nothing(
    server_url: str, template_name: str, archive: Path, tmp_path: Path
) -> None:
    name = f"{template_name}_refusing"
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE {template_name} STRATEGY FILE_COPY")
    with zipfile.ZipFile(archive) as opened:
        files = [name for name in opened.namelist() if name.endswith("/original")]
        manifest = json.loads(opened.read(MANIFEST))
    fewer = {**manifest, "rows": {**manifest["rows"], "article": 99}}
    wrong = [
        changed(archive, tmp_path / "a.zip", MANIFEST, b'{"format": "other", "version": 1}'),
        changed(archive, tmp_path / "b.zip", files[0], b"another content"),
        changed(archive, tmp_path / "c.zip", "tables/article.jsonl", b"{no json"),
        changed(archive, tmp_path / "d.zip", MANIFEST, json.dumps(fewer).encode()),
    ]
    (tmp_path / "e.zip").write_bytes(b"PK no zip")

    async def enter() -> None:
        storage = open_storage(Place(tmp_path / "media"))
        async with open_database(other_database(server_url, name)):
            for path in (*wrong, tmp_path / "e.zip"):
                async with refused(Invalid, "file", code="NOT_AN_ARCHIVE"):
                    await read_archive(Act(SYSTEM, NOW), path, storage, quiet)

    try:
        asyncio.run(enter())
    finally:
        _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")
