"""Bearer tokens: made, taken back, listed, and read as who is calling."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from tortoise.connection import get_connection

from domain import moments, text
from domain.access import (
    EVERY_SCOPE,
    Act,
    Kind,
    Role,
    Scope,
    Viewer,
)
from domain.audit import actions as audit
from domain.changes import change, locked, must_exist
from domain.grants import holding
from domain.grants.holding import Held
from domain.grants.models import RoleGrant
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.partners.models import Partner
from domain.problems import Conflict, Invalid
from domain.tokens.models import Token
from domain.tokens.rules import RANDOM_BYTES, fingerprint, token_text


async def create(
    act: Act,
    name: str,
    role: Role | None,
    expires_at: datetime | None,
    *,
    organization_id: int | None = None,
    partner_id: int | None = None,
    scopes: Collection[Scope] = EVERY_SCOPE,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[int, str]:
    """The token's number and its text, which is shown this once: only its hash is kept.

    role: an application's first role, at the organization or, without one, everywhere; more are
    granted. partner_id: whose token it is: a partner's has no roles.
    """
    token = token_text(random(RANDOM_BYTES))
    async with change(act) as client:
        if partner_id is not None and role is not None:
            raise Invalid("a partner's token has no role", path=("role",))
        values = {
            "name": text.line(name, path=("name",), longest=100),
            "partner_id": partner_id,
            "scopes": _scopes(scopes),
            "expires_at": expires_at
            and moments.future(expires_at, now=act.now, path=("expires_at",)),
        }
        await must_exist(client, Partner, partner_id, "partner_id")
        await must_exist(client, Organization, organization_id, "organization_id")
        row = await Token.create(
            using_db=client, created_at=act.now, sha256=fingerprint(token), **values
        )
        if role is not None:
            await RoleGrant.create(
                using_db=client,
                role=role,
                token=row,
                organization_id=organization_id,
                starts_at=act.now,
                granted_by=act.viewer.name,
                created_at=act.now,
            )
        told = {**values, "role": role, "organization_id": organization_id}
        await audit.record(client, act, "token.create", format_id("Token", row.id), after=told)
        return int(row.id), token


def _scopes(given: Collection[Scope]) -> list[str]:
    """With those they include, in the order in which Scope names them: who may write must be able
    to read what they wrote. Raises Invalid."""
    if not given:
        raise Invalid("what may it be used for?", path=("scopes",), code="EMPTY")
    names = [scope.value for scope in Scope]
    return names[: 1 + max(names.index(scope.value) for scope in given)]


async def revoke(act: Act, token_id: int) -> None:
    async with change(act) as client:
        row = await locked(client, Token, token_id)
        if row.revoked_at is not None:
            raise Conflict("the token is revoked already", path=("id",), code="WRONG_STATUS")
        row.revoked_at = act.now
        await row.save(using_db=client, update_fields=["revoked_at"])
        await audit.record(
            client,
            act,
            "token.revoke",
            format_id("Token", row.id),
            {"revoked_at": None},
            {"revoked_at": act.now},
        )


NOTE_USE = """
INSERT INTO token_use (token_id, used_at) VALUES ($1, $2)
ON CONFLICT (token_id) DO UPDATE SET used_at = excluded.used_at
WHERE token_use.used_at < excluded.used_at - interval '1 minute'
"""


async def note_use(token_id: int, *, now: datetime) -> None:
    """That a token is used now; written once a minute at most, whichever process notes it."""
    await get_connection("default").execute_query(NOTE_USE, [token_id, now])


class Holder(NamedTuple):
    """Who holds a token or a session, and until when that is so by itself."""

    viewer: Viewer
    until: datetime | None
    token_id: int | None = None


HOLDERS_STAND_ON = holding.STANDS_ON
"""The tables `holder_of` reads: until one of them is written to, it says the same."""


async def holder_of(token: str, *, now: datetime) -> Holder | None:
    """Whose token this is; None for one that is unknown, expired or revoked.

    It is found by its hash: how long that takes tells nothing of the token.
    """
    hashed = fingerprint(token)
    row = await Token.get_or_none(sha256=hashed, revoked_at=None) if hashed else None
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    held = await _held(row, now)
    ends = [moment for moment in (row.expires_at, held.until) if moment is not None]
    return Holder(_viewer(row, held), min(ends, default=None), row.id)


async def _held(row: Token, now: datetime) -> Held:
    if row.partner_id is not None:
        return Held((), None)
    return await holding.held_by_token(row.id, now=now)


def _viewer(row: Token, held: Held) -> Viewer:
    name = f"{row.name} ({format_id('Token', row.id)})"
    scopes = frozenset(map(Scope, row.scopes))
    if row.partner_id is not None:
        return Viewer(Kind.PARTNER, row.partner_id, name, scopes=scopes)
    return Viewer(Kind.APPLICATION, row.id, name, held.grants, scopes)
