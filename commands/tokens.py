"""Bearer tokens for applications: create, list, revoke."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act, Role, Scope
from domain.ids import format_id, parse_id
from domain.problems import Invalid
from domain.tokens import actions, reading

Days = Annotated[int, Parameter(validator=Number(gte=1, lte=3650))]


def create(
    *,
    name: str,
    role: Role | None = None,
    organization: str | None = None,
    partner: str | None = None,
    scope: Scope = Scope.WRITE,
    days: Days | None = None,
) -> None:
    """Make a bearer token and print it. It is shown this once: only a hash is kept.

    Without a role and a partner it is an administrator's of the whole network.

    ./xinfeng token create --name console --role AUTHOR --organization Organization:7
    ./xinfeng token create --name reports --role ANALYST --scope READ_INTERNAL --days 90
    ./xinfeng token create --name blogger --partner Partner:12 --scope READ_INTERNAL

    Parameters
    ----------
    name
        Whose it is; the audit trail shows it.
    role
        What it is: AUTHOR, REVIEWER, PUBLISHER, DISPATCHER, ANALYST or ADMINISTRATOR.
    organization
        Where it is that, with all below it, like Organization:7; without it, everywhere.
    partner
        Whose it is when it is a partner's, like Partner:12: it sees that partner's own.
    scope
        The most it may be used for: READ_PUBLIC, READ_INTERNAL or WRITE.
    days
        Days until it expires; without it, it holds until it is revoked.
    """
    now = datetime.now(UTC)
    if role is None and partner is None:
        if organization is not None:
            raise Invalid("which role is it to have there?", path=("role",))
        role = Role.ADMINISTRATOR
    expires_at = now + timedelta(days=days) if days else None
    with running() as settings:
        act = Act(SYSTEM, now)
        creation = actions.create(
            act,
            name,
            role,
            expires_at,
            organization_id=_number(organization, "Organization", "organization"),
            partner_id=_number(partner, "Partner", "partner"),
            scopes=[scope],
        )
        number, text = on_database(settings.database_url, creation)
    whose = f"{role.value} at {organization or 'the whole network'}" if role else f"of {partner}"
    say(f"{format_id('Token', number)}, {whose}; keep it, it is not shown again:")
    print(text)


def _number(id_: str | None, type_name: str, place: str) -> int | None:
    return None if id_ is None else parse_id(id_, type_name, path=(place,))[1]


def list_tokens(*, as_json: Json = False) -> None:
    """List the tokens that were made; none of them shows what it is.

    Parameters
    ----------
    as_json
        A list of objects instead of lines.
    """
    with running() as settings:
        rows = on_database(settings.database_url, reading.tokens(SYSTEM))
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = f"revoked {row['revokedAt']}" if row["revokedAt"] else "in use"
        until = f", until {row['expiresAt']}" if row["expiresAt"] else ""
        print(f"{row['id']}  {row['scopes'][-1]}  {_held(row)}  {row['name']}  ({state}{until})")


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


def _held(row: dict[str, Any]) -> str:
    if row["partner"]:
        return str(row["partner"])
    held = [f"{role['role']} at {role['organization'] or 'everything'}" for role in row["roles"]]
    return ", ".join(held) or "no role"
