"""Archives of a site that are damaged, stopped in the middle, or do not belong where they are."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import zipfile
from pathlib import Path

import psycopg
import pytest

import cli
from commands.sites import ONE_IMPORT
from domain.archives import entering
from domain.archives.format import MANIFEST, member_of
from domain.archives.tables import LEFT_BEHIND, TABLES
from domain.engagement.actions.rollup import roll_up_all
from domain.media.storage import Storage
from domain.partners.secrets import issue_secret
from domain.problems import Conflict, Invalid
from tests.archived import Site, archived, elsewhere, enter, on, rows
from tests.media import everything_below, picture, store
from tests.platforms import BOX
from tests.rows import EDITOR, SHANGHAI, make_article, make_campaign, make_post, make_world, refused

FIRST = ("organization", "person", "team")


async def fill(storage: Storage) -> str:
    world = await make_world()
    await store(storage, world.organization_id, picture(400, 300), alt="花园")
    article = await make_article(world, title="一")
    await make_campaign(world.organization_id)
    await make_post(world.account_id, article_id=article)
    await issue_secret(EDITOR, BOX, world.partner_id)
    await roll_up_all(zone=SHANGHAI)
    return ""


@pytest.fixture(scope="module")
def site(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return archived(database_url, tmp_path_factory.mktemp("site"), fill)


def changed(archive: Path, into: Path, name: str, content: bytes) -> Path:
    """The archive with one member of another content."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(into, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return into


def flipped(archive: Path, into: Path, name: str) -> Path:
    """The archive with one bit of a member's bytes turned."""
    with zipfile.ZipFile(archive) as opened:
        place = opened.getinfo(name).header_offset + 30 + len(name) + 40
    damaged = bytearray(archive.read_bytes())
    damaged[place] ^= 1
    into.write_bytes(damaged)
    return into


def renamed(archive: Path, into: Path, name: str, other: str) -> Path:
    """The archive with one member under another name."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(into, "w") as new:
        for member in old.namelist():
            new.writestr(other if member == name else member, old.read(member))
    return into


def encrypted(archive: Path, into: Path, name: str) -> Path:
    """The archive with one member said to need a password, in both places where it is said."""
    with zipfile.ZipFile(archive) as opened:
        local = opened.getinfo(name).header_offset
    said = bytearray(archive.read_bytes())
    central = said.rindex(name.encode()) - 46
    said[local + 6] |= 1
    said[central + 8] |= 1
    into.write_bytes(said)
    return into


def test_what_is_no_archive_leaves_nothing(
    server_url: str, template_name: str, site: Site, tmp_path: Path
) -> None:
    with zipfile.ZipFile(site.archive) as opened:
        file = next(name for name in opened.namelist() if name.endswith("/original"))
        manifest = json.loads(opened.read(MANIFEST))
    articles, older = member_of("article"), json.dumps({**manifest, "version": 1}).encode()
    later = {**manifest["parts"], "new_noun": {"rows": 0, "sha256": ""}}
    newer = json.dumps({**manifest, "parts": later}).encode()
    outside = "files//tmp/of-an-archive"
    more = json.dumps({**manifest, "files": 99}).encode()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(site.archive.read_bytes()[:-100])
    wrong = {
        cut: "it is no ZIP file, or its end is missing",
        changed(site.archive, tmp_path / "a.zip", MANIFEST, older): "it is not xinfeng-site 2",
        changed(site.archive, tmp_path / "b.zip", MANIFEST, b"{"): "manifest.json cannot be read",
        changed(
            site.archive, tmp_path / "c.zip", MANIFEST, newer
        ): "a later version wrote it: new_noun",
        changed(site.archive, tmp_path / "d.zip", MANIFEST, more): "it has 1 files, and 99 by its",
        changed(site.archive, tmp_path / "e.zip", file, b"x"): f"{file} is not what it is called",
        changed(site.archive, tmp_path / "f.zip", articles, b"{}\n"): f"{articles} is not what",
        flipped(site.archive, tmp_path / "g.zip", articles): f"{articles} is missing or damaged",
        renamed(site.archive, tmp_path / "h.zip", file, outside): f"{outside} is not what it is",
        encrypted(site.archive, tmp_path / "i.zip", articles): f"{articles} is missing or damaged",
    }

    async def refuse(path: Path, why: str) -> None:
        async with refused(Invalid, "file", code="NOT_AN_ARCHIVE"):
            with pytest.raises(Invalid, match=re.escape(why)) as caught:
                await enter(path, tmp_path / "media")
            raise caught.value

    async def refuse_all() -> None:
        for path, why in wrong.items():
            await refuse(path, why)

    with elsewhere(server_url, template_name) as url:
        asyncio.run(on(url, refuse_all()))
    assert everything_below(tmp_path / "media") == {}


def test_stopped_in_the_middle_it_goes_on(
    server_url: str,
    template_name: str,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entering, "ROWS_AT_ONCE", 1)

    class Killed(Exception):
        pass

    parts = site.manifest.parts
    behind = site.manifest.files + parts["organization"].rows + parts["person"].rows
    rounds = 0

    def kill(done: int, of: int) -> None:
        """Not while the archive is only looked at, which goes once to its end."""
        nonlocal rounds
        if rounds == 1 and done == behind:
            raise Killed
        rounds += done == of

    async def interrupted() -> None:
        with pytest.raises(Killed):
            await enter(site.archive, tmp_path, kill)
        counts = [(await rows(f"SELECT count(*) AS n FROM {name}"))[0]["n"] for name in FIRST]
        assert counts == [parts["organization"].rows, parts["person"].rows, 0]
        assert await enter(site.archive, tmp_path) is True
        for table in TABLES:
            (found,) = await rows(f"SELECT count(*) AS n FROM {table.name}")
            assert found["n"] == parts[table.name].rows + (table.name == "audit_entry")

    with elsewhere(server_url, template_name) as url:
        asyncio.run(on(url, interrupted()))


def test_an_earlier_version_had_fewer_tables(
    server_url: str, template_name: str, site: Site, tmp_path: Path
) -> None:
    with zipfile.ZipFile(site.archive) as opened:
        manifest = json.loads(opened.read(MANIFEST))
    assert manifest["parts"].pop("article_highlight")["rows"] == 0
    path = changed(site.archive, tmp_path / "a.zip", MANIFEST, json.dumps(manifest).encode())

    async def entered() -> None:
        assert await enter(path, tmp_path) is True
        (found,) = await rows("SELECT count(*) AS n FROM article")
        assert found["n"] == 1

    with elsewhere(server_url, template_name) as url:
        asyncio.run(on(url, entered()))


def test_where_it_may_not_be_entered(
    database_url: str, server_url: str, template_name: str, site: Site, tmp_path: Path
) -> None:
    async def full() -> None:
        async with refused(Conflict, code="NOT_EMPTY"):
            await enter(site.archive, tmp_path)

    async def other_days() -> None:
        utc = json.loads(zipfile.ZipFile(site.archive).read(MANIFEST))
        text = json.dumps({**utc, "time_zone": "UTC"}).encode()
        path = changed(site.archive, tmp_path / "utc.zip", MANIFEST, text)
        async with refused(Conflict, "file", code="TIME_ZONE"):
            await enter(path, tmp_path)

    asyncio.run(on(database_url, full()))
    with elsewhere(server_url, template_name) as url:
        asyncio.run(on(url, other_days()))


def test_a_row_that_the_database_refuses_is_named(
    server_url: str, template_name: str, site: Site, tmp_path: Path
) -> None:
    name = member_of("person")
    with zipfile.ZipFile(site.archive) as opened:
        manifest = json.loads(opened.read(MANIFEST))
        lines = opened.read(name).splitlines(keepends=True)
    lines[0] = re.sub(rb'"organization_id": \d+', b'"organization_id": 999', lines[0])
    manifest["parts"]["person"]["sha256"] = hashlib.sha256(b"".join(lines)).hexdigest()
    path = changed(site.archive, tmp_path / "a.zip", name, b"".join(lines))
    path = changed(path, tmp_path / "b.zip", MANIFEST, json.dumps(manifest).encode())

    async def refuse() -> None:
        with pytest.raises(Invalid, match=r"row 1 of tables/person\.jsonl: .*organization_id"):
            await enter(path, tmp_path)
        (found,) = await rows("SELECT count(*) AS n FROM person")
        assert found["n"] == 0

    with elsewhere(server_url, template_name) as url:
        asyncio.run(on(url, refuse()))


def test_the_commands_say_what_is_to_be_given_anew(
    database_url: str,
    server_url: str,
    template_name: str,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XINFENG_SECRET_KEY", "a key for tests")
    monkeypatch.setenv("XINFENG_MEDIA_DIR", str(site.directory))
    monkeypatch.setenv("DATABASE_URL", database_url)
    path = tmp_path / "site.zip"
    assert cli.run(["export", "site", str(path)]) == 0
    assert f"{site.manifest.size:,} rows and files in {path}" in capsys.readouterr().err
    assert path.stat().st_mode & 0o777 == 0o600
    assert cli.run(["export", "site", str(path)]) == 1
    monkeypatch.setenv("XINFENG_MEDIA_DIR", str(tmp_path / "here"))
    with elsewhere(server_url, template_name) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [ONE_IMPORT])
            assert cli.run(["import", "site", str(path)]) == 1
        assert "another import of a site runs on this database" in capsys.readouterr().err
        assert cli.run(["import", "site", str(path), "--json"]) == 0
        said = capsys.readouterr()
        assert "1 signing secrets of partners are gone: issue new ones" in said.err
        left = json.loads(said.out)["left_behind"]
        assert left == dict.fromkeys(LEFT_BEHIND, 0) | {"signingSecrets": 1}
        assert cli.run(["import", "site", str(path)]) == 0
        assert "this archive is in already: nothing was changed" in capsys.readouterr().err
