"""Bearer tokens: shown once, kept as a hash, worth nothing once expired or revoked."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from domain.access import EVERY_SCOPE, NETWORK, Grant, Kind, Role, Scope, Viewer
from domain.audit.models import AuditEntry
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.tokens import actions, reading
from domain.tokens.models import Token
from tests.rows import EDITOR, NO_SUCH, NOW, STRANGER, make_world, refused

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)


async def test_a_token_tells_who_is_calling() -> None:
    number, token = await actions.create(EDITOR, "应用", Role.ADMINISTRATOR, None)
    holder = await actions.holder_of(token, now=NOW)
    name = f"应用 (Token:{number})"
    grants = (Grant(Role.ADMINISTRATOR, NETWORK),)
    assert holder == (Viewer(Kind.APPLICATION, number, name, grants, EVERY_SCOPE), None, number)


async def test_only_the_hash_is_kept() -> None:
    number, token = await actions.create(
        EDITOR,
        "应用",
        None,
        None,
        scopes=[Scope.READ_PUBLIC],
        random=lambda count: bytes(range(count)),
    )
    assert token == "xf_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    row = await Token.get(id=number)
    assert row.sha256 == hashlib.sha256(token.encode()).digest()
    entry = await AuditEntry.get(subject=f"Token:{number}")
    assert entry.after == {
        "name": "应用",
        "partner_id": None,
        "scopes": ["READ_PUBLIC"],
        "expires_at": None,
        "role": None,
        "organization_id": None,
    }


async def test_tokens_differ() -> None:
    made = [await actions.create(EDITOR, "应用", None, None) for _ in range(3)]
    assert len({token for _, token in made}) == 3
    assert all(len(token) == 46 for _, token in made)


async def test_a_token_ends() -> None:
    _, token = await actions.create(EDITOR, "应用", Role.ADMINISTRATOR, NOW + HOUR)
    assert await actions.holder_of(token, now=NOW + HOUR - timedelta(seconds=1)) is not None
    assert await actions.holder_of(token, now=NOW + HOUR) is None


async def test_a_revoked_token_is_nobody() -> None:
    number, token = await actions.create(EDITOR, "应用", Role.ADMINISTRATOR, None)
    await actions.revoke(EDITOR, number)
    assert await actions.holder_of(token, now=NOW) is None
    async with refused(Conflict, "id", code="WRONG_STATUS"):
        await actions.revoke(EDITOR, number)


@pytest.mark.parametrize(
    "token", ["", "xf_", "xf_" + "A" * 43, "xf_" + "A" * 5000, "\ud800", "xf_" + "字" * 43, "\x00"]
)
async def test_what_is_no_token_is_nobody(token: str) -> None:
    assert await actions.holder_of(token, now=NOW) is None


async def test_what_is_refused() -> None:
    number, _ = await actions.create(EDITOR, "应用", Role.ADMINISTRATOR, None)
    async with refused(Invalid, "name", code="EMPTY"):
        await actions.create(EDITOR, " ", Role.ADMINISTRATOR, None)
    async with refused(Invalid, "expires_at", code="PAST"):
        await actions.create(EDITOR, "应用", Role.ADMINISTRATOR, NOW)
    async with refused(Forbidden):
        await actions.create(STRANGER, "应用", Role.ADMINISTRATOR, None)
    async with refused(Forbidden):
        await actions.revoke(STRANGER, number)
    async with refused(Forbidden):
        await reading.tokens(STRANGER.viewer)
    async with refused(NotFound, "id"):
        await actions.revoke(EDITOR, NO_SUCH)


async def test_the_list_shows_all_in_order() -> None:
    number, _ = await actions.create(EDITOR, "最新", None, None)
    rows = await reading.tokens(EDITOR.viewer)
    assert (rows[-1]["id"], rows[-1]["roles"]) == (f"Token:{number}", [])
    numbers = [int(row["id"].split(":")[1]) for row in rows]
    assert numbers == sorted(numbers)


async def test_a_use_is_noted_once_a_minute() -> None:
    number, _ = await actions.create(EDITOR, "应用", None, None)

    async def used_at() -> str | None:
        rows = await reading.tokens(EDITOR.viewer)
        told: str | None = rows[-1]["lastUsedAt"]
        return told

    assert await used_at() is None
    for seconds, noted in ((0, 0), (59, 0), (61, 61), (62, 61), (30, 61)):
        await actions.note_use(number, now=NOW + timedelta(seconds=seconds))
        assert await used_at() == (NOW + timedelta(seconds=noted)).isoformat()


async def test_a_partners_token_has_no_role_and_scopes_include_one_another() -> None:
    world = await make_world()
    async with refused(Invalid, "role"):
        await actions.create(EDITOR, "p", Role.AUTHOR, None, partner_id=world.partner_id)
    async with refused(NotFound, "partner_id"):
        await actions.create(EDITOR, "p", None, None, partner_id=NO_SUCH)
    async with refused(Invalid, "scopes", code="EMPTY"):
        await actions.create(EDITOR, "p", None, None, scopes=[])
    _, token = await actions.create(
        EDITOR, "p", None, None, partner_id=world.partner_id, scopes=[Scope.READ_INTERNAL]
    )
    holder = await actions.holder_of(token, now=NOW)
    assert holder is not None
    scopes = frozenset({Scope.READ_PUBLIC, Scope.READ_INTERNAL})
    assert (holder.viewer.kind, holder.viewer.number) == (Kind.PARTNER, world.partner_id)
    assert (holder.viewer.grants, holder.viewer.scopes) == ((), scopes)
