"""Gives roles, hands them on and takes them back: the only place that does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act, Kind, Role, Scope, require_administrator
from domain.audit import actions as audit
from domain.changes import change, changing, locked, missing, must_exist
from domain.engagement.rules import SubjectKind
from domain.gates import require_at, sees
from domain.grants.access import HOLDER, visible
from domain.grants.administrators import keep_one
from domain.grants.models import RoleGrant
from domain.grants.rules import check_delegation, check_period
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.organizations.tree import lineage
from domain.permissions import Permission
from domain.problems import Conflict, Forbidden, Invalid
from domain.tokens.models import Token
from domain.users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who is to hold a role: a user or an application's token, one of the two."""

    user_id: int | None = None
    token_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """organization_id: none for the whole network. starts_at: now where none is given. ends_at:
    excluded; none: until it is ended."""

    role: Role
    holder: Holder
    organization_id: int | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A grant that its holder hands on. organization_id: a part of its subtree; none: all of it."""

    grant_id: int
    holder: Holder
    ends_at: datetime
    organization_id: int | None = None
    starts_at: datetime | None = None


async def grant(act: Act, new: NewGrant) -> int:
    """Who grants roles at an organization grants any there. Tokens are the network's."""
    async with change(act, Permission.GRANT_ROLE) as client:
        starts_at = new.starts_at or act.now
        check_period(starts_at, new.ends_at, now=act.now)
        await must_exist(client, Organization, new.organization_id, "organization_id")
        place = "organization_id"
        await require_at(client, act, Permission.GRANT_ROLE, new.organization_id, place)
        if new.holder.token_id is not None:
            require_administrator(act.viewer)
        await _check_holder(client, new.holder)
        values = {
            "role": new.role,
            "organization_id": new.organization_id,
            "starts_at": starts_at,
            "ends_at": new.ends_at,
        }
        return await _insert(client, act, "role.grant", new.holder, values)


async def delegate(act: Act, new: Delegation) -> int:
    """The holder of a grant hands it, or a part of its subtree, on to another, for a while.

    It holds only while the grant does. What was handed on is not handed on again.
    """
    _check_writer(act)
    async with changing() as client:
        base = await _held(client, act, new.grant_id)
        starts_at = new.starts_at or act.now
        check_period(starts_at, new.ends_at, now=act.now)
        check_delegation(starts_at, new.ends_at)
        if base.ends_at is not None and new.ends_at > base.ends_at:
            raise Invalid("it cannot hold longer than your own role", path=("ends_at",))
        await _check_holder(client, new.holder)
        values = {
            "role": base.role,
            "organization_id": await _part(client, base, new.organization_id),
            "starts_at": starts_at,
            "ends_at": new.ends_at,
            "delegated_from_id": base.id,
        }
        return await _insert(client, act, "role.delegate", new.holder, values)


async def end(act: Act, grant_id: int) -> None:
    """Takes a role back, or gives it up: by who grants roles there, who handed it on, who holds it.

    What was handed on from it ends with it. Raises Conflict for the last administrator's.
    """
    _check_writer(act)
    async with changing() as client:
        row = await locked(client, RoleGrant, grant_id)
        if not await sees(client, act.viewer, visible, row):
            raise missing("id", "grant")
        if row.ended_at is not None or (row.ends_at is not None and row.ends_at <= act.now):
            raise Conflict("the role has ended already", path=("id",), code="WRONG_STATUS")
        await keep_one(client, now=act.now, without_grant=row.id)
        row.ended_at, row.ended_by = act.now, act.viewer.name
        await row.save(using_db=client, update_fields=["ended_at", "ended_by"])
        subject = format_id("RoleGrant", row.id)
        after = {"ended_at": act.now}
        await audit.record(client, act, "role.end", subject, {"ended_at": None}, after)


def _check_writer(act: Act) -> None:
    """Who holds any role, and may write. Raises Forbidden."""
    viewer = act.viewer
    if viewer.kind is not Kind.SYSTEM and not (viewer.grants and Scope.WRITE in viewer.scopes):
        raise Forbidden("only who holds a role may do this")


async def _held(client: BaseDBAsyncClient, act: Act, grant_id: int) -> RoleGrant:
    """The viewer's own grant. Raises NotFound for another's, Conflict for one that cannot be handed
    on."""
    row = await RoleGrant.select_for_update(no_key=True, using_db=client).get_or_none(id=grant_id)
    column = HOLDER.get(act.viewer.kind)
    if row is None or column is None or getattr(row, column) != act.viewer.number:
        raise missing("grant_id", "grant")
    if row.delegated_from_id is not None:
        message = "what was handed on to you is not handed on again"
        raise Conflict(message, path=("grant_id",), code="DELEGATED")
    is_over = row.ended_at is not None or (row.ends_at is not None and row.ends_at <= act.now)
    if is_over or row.starts_at > act.now:
        raise Conflict("the role does not hold now", path=("grant_id",), code="WRONG_STATUS")
    return row


async def _part(
    client: BaseDBAsyncClient, base: RoleGrant, organization_id: int | None
) -> int | None:
    """Where the handed-on role holds. Raises NotFound for an organization outside the grant's."""
    if organization_id is None:
        return base.organization_id
    above = await lineage(client, organization_id)
    top = (SubjectKind.ORGANIZATION, base.organization_id or 0)
    if not above or (base.organization_id is not None and top not in above):
        raise missing("organization_id")
    return organization_id


async def _check_holder(client: BaseDBAsyncClient, holder: Holder) -> None:
    """Raises Invalid and NotFound."""
    if (holder.user_id is None) == (holder.token_id is None):
        raise Invalid("a user or a token is to hold it, one of the two", path=("holder_id",))
    await must_exist(client, User, holder.user_id, "holder_id")
    if holder.token_id is not None:
        token = await Token.get_or_none(id=holder.token_id, using_db=client)
        if token is None:
            raise missing("holder_id", "token")
        if token.partner_id is not None:
            raise Invalid("a partner's token has no roles", path=("holder_id",))


async def _insert(
    client: BaseDBAsyncClient, act: Act, action: str, holder: Holder, values: dict[str, Any]
) -> int:
    stored = {**values, "user_id": holder.user_id, "token_id": holder.token_id}
    row = await RoleGrant.create(
        using_db=client, granted_by=act.viewer.name, created_at=act.now, **stored
    )
    await audit.record(client, act, action, format_id("RoleGrant", row.id), after=stored)
    return int(row.id)
