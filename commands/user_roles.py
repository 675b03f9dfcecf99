"""Roles of people, from the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from commands.failures import CommandFailed
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act, Role
from domain.grants import actions
from domain.grants.models import RoleGrant
from domain.ids import format_id, parse_id
from domain.users import reading

Where = Annotated[str | None, Parameter(name="--organization")]


def grant(
    user: str,
    *,
    role: Role,
    organization: Where = None,
    until: datetime | None = None,
    as_json: Json = False,
) -> None:
    """Give an account a role at an organization and all below it, or in the whole network.

    Parameters
    ----------
    user
        Their id, like User:3, or their e-mail address.
    role
        Which role.
    organization
        Where, like Organization:12; without it, the whole network.
    until
        When it ends, with a zone, like 2027-01-01T00:00:00+08:00; without it, when it is revoked.
    as_json
        An object instead of lines.
    """
    if until is not None and until.tzinfo is None:
        raise CommandFailed("--until: give the zone too, like 2027-01-01T00:00:00+08:00")
    place = _place(organization)

    async def work() -> int:
        holder = actions.Holder(user_id=await reading.number_of(user))
        new = actions.NewGrant(role=role, holder=holder, organization_id=place, ends_at=until)
        return await actions.grant(_act(), new)

    with running() as settings:
        id_ = format_id("RoleGrant", on_database(settings.database_url, work()))
    if as_json:
        print(json.dumps({"id": id_}))
    say(f"{id_}: {user} is {role.value} {_named(organization)}")


def revoke(user: str, *, role: Role, organization: Where = None) -> None:
    """Take a role back, at once; what its holder handed on ends with it.

    Parameters
    ----------
    user
        Their id, like User:3, or their e-mail address.
    role
        Which role.
    organization
        Where it was given, like Organization:12; without it, for the whole network.
    """
    place = _place(organization)

    async def work() -> int:
        act, number = _act(), await reading.number_of(user)
        rows = await RoleGrant.filter(
            user_id=number, role=role, organization_id=place, ended_at=None
        ).order_by("id")
        ids = [row.id for row in rows if row.ends_at is None or row.ends_at > act.now]
        for id_ in ids:
            await actions.end(act, id_)
        return len(ids)

    with running() as settings:
        ended = on_database(settings.database_url, work())
    if not ended:
        raise CommandFailed(f"{user} is not {role.value} {_named(organization)}")
    say(f"{user} is no more {role.value} {_named(organization)}")


def _place(organization: str | None) -> int | None:
    if organization is None:
        return None
    return parse_id(organization, "Organization", path=("organization",))[1]


def _named(organization: str | None) -> str:
    return f"at {organization}" if organization else "in the whole network"


def _act() -> Act:
    return Act(SYSTEM, datetime.now(UTC))
