"""Bearer tokens: made, taken back, listed, and read as who is calling."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from domain import moments, text
from domain.access import Act, Role, Viewer, require_administrator
from domain.audit import actions as audit
from domain.changes import change, locked
from domain.ids import format_id
from domain.problems import Conflict
from domain.tokens.models import Token
from domain.tokens.rules import RANDOM_BYTES, fingerprint, token_text


async def create(
    act: Act,
    name: str,
    role: Role,
    expires_at: datetime | None,
    *,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[int, str]:
    """The token's number and its text, which is shown this once: only its hash is kept."""
    token = token_text(random(RANDOM_BYTES))
    async with change(act) as client:
        values = {
            "name": text.line(name, path=("name",), longest=100),
            "role": role,
            "expires_at": expires_at
            and moments.future(expires_at, now=act.now, path=("expires_at",)),
        }
        row = await Token.create(
            using_db=client, created_at=act.now, sha256=fingerprint(token), **values
        )
        await audit.record(client, act, "token.create", format_id("Token", row.id), after=values)
        return int(row.id), token


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


async def list_tokens(viewer: Viewer) -> list[Token]:
    """All that were ever made, oldest first. None of them shows what it is."""
    require_administrator(viewer)
    return await Token.all().order_by("id")


class Holder(NamedTuple):
    """Who holds a token, and until when that is so by itself."""

    viewer: Viewer
    expires_at: datetime | None


HOLDERS_STAND_ON = ("token",)
"""The tables `holder_of` reads: until one of them is written to, it says the same."""


async def holder_of(token: str, *, now: datetime) -> Holder | None:
    """Whose token this is; None for one that is unknown, expired or revoked.

    It is found by its hash: how long that takes tells nothing of the token.
    """
    hashed = fingerprint(token)
    row = await Token.get_or_none(sha256=hashed, revoked_at=None) if hashed else None
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    viewer = Viewer(row.role, f"{row.name} ({format_id('Token', row.id)})")
    return Holder(viewer, row.expires_at)
