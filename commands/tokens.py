"""Bearer tokens for applications: create, list, revoke."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act, Role
from domain.ids import format_id, parse_id
from domain.tokens import actions
from domain.tokens.models import Token

Days = Annotated[int, Parameter(validator=Number(gte=1, lte=3650))]


def create(*, name: str, days: Days | None = None) -> None:
    """Make an administrator's token and print it. It is shown this once: only a hash is kept.

    Parameters
    ----------
    name
        Whose it is; the audit trail shows it.
    days
        Days until it expires; without it, it holds until it is revoked.
    """
    now = datetime.now(UTC)
    expires_at = now + timedelta(days=days) if days else None
    with running() as settings:
        creation = actions.create(Act(SYSTEM, now), name, Role.ADMINISTRATOR, expires_at)
        number, text = on_database(settings.database_url, creation)
    say(f"{format_id('Token', number)}, an administrator's; keep it, it is not shown again:")
    print(text)


def list_tokens(*, as_json: Json = False) -> None:
    """List the tokens that were made; none of them shows what it is.

    Parameters
    ----------
    as_json
        A list of objects instead of lines.
    """
    with running() as settings:
        tokens = on_database(settings.database_url, actions.list_tokens(SYSTEM))
    rows = [_row(token) for token in tokens]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = f"revoked {row['revokedAt']}" if row["revokedAt"] else "in use"
        until = f", until {row['expiresAt']}" if row["expiresAt"] else ""
        print(f"{row['id']}  {', '.join(row['scopes'])}  {row['name']}  ({state}{until})")


def revoke(token_id: str) -> None:
    """Take a token back; it stops working at once.

    Parameters
    ----------
    token_id
        Its id, like Token:3.
    """
    _, number = parse_id(token_id, "Token", path=("token_id",))
    with running() as settings:
        revocation = actions.revoke(Act(SYSTEM, datetime.now(UTC)), number)
        on_database(settings.database_url, revocation)
    say(f"{token_id} is revoked")


def _row(token: Token) -> dict[str, Any]:
    return {
        "id": format_id("Token", token.id),
        "name": token.name,
        "scopes": token.scopes,
        "createdAt": token.created_at.isoformat(),
        "expiresAt": token.expires_at.isoformat() if token.expires_at else None,
        "revokedAt": token.revoked_at.isoformat() if token.revoked_at else None,
    }
