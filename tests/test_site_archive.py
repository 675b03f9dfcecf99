"""The whole site as one file: what comes in again answers every question as before."""

from __future__ import annotations

import asyncio
import hashlib
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from domain.archives.format import member_of
from domain.archives.tables import LEFT_BEHIND, NOT_CARRIED, TABLES
from domain.audit.verify import verify as verify_audit
from domain.engagement.actions.verify import verify as verify_figures
from domain.people import actions as people
from domain.search.actions.rebuild import verify as wrongly_found
from schema.root import build
from tests.archived import NOW, Site, archived, elsewhere, enter, on, quiet, rows
from tests.graph import graph
from tests.media import everything_below
from tests.rows import EDITOR, SHANGHAI, World, make_article, make_organization
from tests.whole_graph import ask_everything
from tests.whole_site import CREDENTIAL, fill_site

Ids = Mapping[str, list[str]]
SCHEMA = build()._schema
TABLES_THERE = """
SELECT relname AS name FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""
REVIVE = "UPDATE token SET sha256 = $1, revoked_at = NULL WHERE name = 'archive'"

DIFFERS = {
    "Article.editors": "who edits at the moment",
    "Query.auditEntries": "the import stands in it",
    "PreviewLink": "revoked",
    "Token": "revoked, and used here by this test alone",
    "User": "invited anew",
    "WebhookEndpoint": "disabled: its secret stayed behind",
    "WebhookMessage": "what waited is given up",
}
"""What answers otherwise afterwards, by place, and why."""


@pytest.fixture(scope="module")
def site(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    directory = tmp_path_factory.mktemp("site")
    return archived(database_url, directory, lambda storage: fill_site(storage, NOW, SHANGHAI))


async def ids_of(types: Iterable[str]) -> dict[str, list[str]]:
    """Of all rows of these types."""
    found = {"Network": ["Network:1"]}
    for name in set(types) - set(found):
        table = re.sub("(?<!^)(?=[A-Z])", "_", name).lower()
        numbers = await rows(f"SELECT id FROM {table} ORDER BY id")
        found[name] = [f"{name}:{row['id']}" for row in numbers]
    return found


async def answers(database_url: str, directory: Path, token: str, ids: Ids) -> dict[str, Any]:
    async with graph(database_url, media_dir=directory, max_cost=10**7) as opened:
        return await ask_everything(opened, SCHEMA, ids, token)


async def contents() -> dict[str, list[str]]:
    """The rows of every table, but for what they may not say afterwards."""
    found = {}
    for table in TABLES:
        hidden = [*table.left_out, *dict(table.entered)]
        text = "(to_jsonb(t) - $1::text[])::text"
        said = await rows(f"SELECT {text} AS row FROM {table.name} t ORDER BY 1", hidden)
        found[table.name] = [row["row"] for row in said]
    return found


def test_a_site_comes_in_again_as_it_was(
    database_url: str, server_url: str, template_name: str, site: Site
) -> None:
    here = site.archive.parent / "other"

    async def entered() -> dict[str, list[str]]:
        assert await enter(site.archive, here) is True
        assert await enter(site.archive, here) is False
        assert await wrongly_found(quiet) == []
        assert await verify_figures(zone=SHANGHAI, report=quiet) == []
        assert (await verify_audit([], report=quiet)).fault is None
        return await contents()

    types = [type_.name for type_ in SCHEMA.get_possible_types(SCHEMA.type_map["Node"])]  # type: ignore[arg-type] # an interface
    ids = asyncio.run(on(database_url, ids_of(types)))
    assert [name for name in types if not ids[name]] == [], "the test has no row of them"
    wrote = asyncio.run(on(database_url, contents()))
    before = asyncio.run(answers(database_url, site.directory, site.token, ids))
    with elsewhere(server_url, template_name) as other_url:
        came = asyncio.run(on(other_url, entered()))
        asyncio.run(on(other_url, rows(REVIVE, hashlib.sha256(site.token.encode()).digest())))
        after = asyncio.run(answers(other_url, here, site.token, ids))
        asyncio.run(on(other_url, goes_on()))
    assert {name for name in wrote if wrote[name] != came[name]} == {"audit_entry"}
    assert [row for row in came["audit_entry"] if row in wrote["audit_entry"]] == wrote[
        "audit_entry"
    ]
    assert len(came["audit_entry"]) == len(wrote["audit_entry"]) + 1
    assert {place for place in before if before[place] != after[place]} == set(DIFFERS)
    assert everything_below(here / "files") == everything_below(site.directory / "files")
    assert len(everything_below(here / "files")) == site.manifest.files == 7


async def goes_on() -> None:
    """New rows get numbers of their own."""
    organization = await make_organization(None, "新")
    person = people.NewPerson(name="新", organization_id=organization)
    world = World(organization, await people.create(EDITOR, person), 0, 0)
    assert await make_article(world, title="新") > 0


def test_every_table_is_carried_or_says_why_not(database_url: str, site: Site) -> None:
    there = {row["name"] for row in asyncio.run(on(database_url, rows(TABLES_THERE)))}
    carried = {table.name for table in TABLES}
    assert there == carried | set(NOT_CARRIED)
    assert not carried & set(NOT_CARRIED)
    empty = {name for name, part in site.manifest.parts.items() if not part.rows}
    assert empty == set(), "the test has no row of them"


def test_it_holds_no_secrets(database_url: str, site: Site) -> None:
    secrets = """
        SELECT encode(sha256, 'hex') AS secret FROM token
        UNION ALL SELECT encode(sha256, 'hex') FROM review_invitation
        UNION ALL SELECT encode(sha256, 'hex') FROM user_link
        UNION ALL SELECT hash FROM user_password
        UNION ALL SELECT encode(credential, 'hex') FROM account WHERE credential IS NOT NULL
        UNION ALL SELECT encode(secret, 'hex') FROM signing_secret
        UNION ALL SELECT encode(secret, 'hex') FROM webhook_endpoint
    """
    known = [row["secret"].encode() for row in asyncio.run(on(database_url, rows(secrets)))]
    assert len(known) >= 12
    with zipfile.ZipFile(site.archive) as opened:
        tables = [name for name in opened.namelist() if name.startswith("tables/")]
        assert set(tables) == {member_of(table.name) for table in TABLES}
        text = b"".join(opened.read(name) for name in tables)
    assert [secret for secret in [*known, CREDENTIAL.encode()] if secret in text] == []
    assert all(site.manifest.left_behind.values())
    assert set(site.manifest.left_behind) == set(LEFT_BEHIND)
