"""What administrators do with accounts of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act, Role
from domain.audit import actions as audit
from domain.changes import change, check_version, locked, must_exist
from domain.grants.administrators import keep_one
from domain.grants.models import RoleGrant
from domain.ids import format_id
from domain.people.models import Person
from domain.problems import Conflict
from domain.users.actions import links, sessions
from domain.users.models import (
    OpenIdIdentity,
    RecoveryCode,
    SecondFactor,
    User,
    UserPassword,
)
from domain.users.rules import LinkKind, UserState, email_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """person_id: as whom they write, where they do. role: a first one, everywhere; more are
    granted."""

    email: str
    name: str
    person_id: int | None = None
    role: Role | None = None


async def invite(act: Act, new: NewUser) -> links.Handed:
    """A new account, and the link by which its owner takes it.

    Raises Conflict for an address that is taken.
    """
    async with change(act) as client:
        values = {
            "email": email_of(new.email),
            "name": text.line(new.name, path=("name",), longest=100),
            "person_id": new.person_id,
            "state": UserState.INVITED,
        }
        await must_exist(client, Person, new.person_id, "person_id")
        user = await User.create(using_db=client, created_at=act.now, **values)
        if new.role is not None:
            await RoleGrant.create(
                using_db=client,
                role=new.role,
                user_id=user.id,
                starts_at=act.now,
                granted_by=act.viewer.name,
                created_at=act.now,
            )
        handed = await links.hand(client, act, user)
        told = {**values, "role": new.role, "link_expires_at": handed.expires_at}
        await audit.record(client, act, "user.invite", format_id("User", user.id), after=told)
        return handed


async def hand_link(act: Act, user_id: int, kind: LinkKind | None = None) -> links.Handed:
    """Another invitation for who has not taken the first, a password reset for everybody else.

    kind: the one the caller means. Nothing changes until the link is used. Raises Conflict for an
    account that is locked, or where another kind is due.
    """
    async with change(act) as client:
        user = await locked(client, User, user_id)
        if user.state is UserState.LOCKED:
            raise Conflict("the account is locked", path=("id",), code="WRONG_STATUS")
        if kind not in (None, links.kind_for(user)):
            taken = "taken already" if kind is LinkKind.INVITATION else "not taken yet"
            raise Conflict(f"the invitation was {taken}", path=("id",), code="WRONG_STATUS")
        handed = await links.hand(client, act, user)
        told = {"kind": handed.kind, "expires_at": handed.expires_at}
        await audit.record(client, act, "user.hand_link", format_id("User", user.id), after=told)
        return handed


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A user as they are to be. version: the one the caller saw."""

    user_id: int
    version: int
    email: str
    name: str
    person_id: int | None


async def update(act: Act, changed: Changed) -> None:
    async with change(act) as client:
        user = await locked(client, User, changed.user_id, changed.version)
        values = {
            "email": email_of(changed.email),
            "name": text.line(changed.name, path=("name",), longest=100),
            "person_id": changed.person_id,
        }
        await must_exist(client, Person, changed.person_id, "person_id")
        await _write(client, act, user, "user.update", values)


async def lock(act: Act, user_id: int, version: int | None = None) -> None:
    """Ends every session and link at once; who is locked cannot sign in. Raises Conflict, for the
    last administrator too."""
    async with change(act) as client:
        user = await locked(client, User, user_id)
        if version is not None:
            check_version(user, version)
        if user.state is UserState.LOCKED:
            raise Conflict("the account is locked already", path=("id",), code="WRONG_STATUS")
        await keep_one(client, now=act.now, without_user=user.id)
        await _write(client, act, user, "user.lock", {"state": UserState.LOCKED})
        await links.void(client, user.id, now=act.now)
        await sessions.end_all(client, act, user.id)


async def unlock(act: Act, user_id: int, version: int | None = None) -> None:
    """Who could never sign in is as if invited: they need a new link. Raises Conflict."""
    async with change(act) as client:
        user = await locked(client, User, user_id)
        if version is not None:
            check_version(user, version)
        if user.state is not UserState.LOCKED:
            raise Conflict("the account is not locked", path=("id",), code="WRONG_STATUS")
        state = UserState.ACTIVE if await _may_sign_in(client, user.id) else UserState.INVITED
        await _write(client, act, user, "user.unlock", {"state": state})


async def sign_out(act: Act, user_id: int) -> int:
    """Ends every session of a user. Returns how many."""
    async with change(act) as client:
        user = await locked(client, User, user_id)
        return await sessions.end_all(client, act, user.id)


async def remove_second_factor(act: Act, user_id: int) -> None:
    """For who lost their phone and their recovery codes; every session ends. Raises Conflict."""
    async with change(act) as client:
        user = await locked(client, User, user_id)
        if not await SecondFactor.filter(user_id=user.id).using_db(client).delete():
            raise Conflict("there is no second factor", path=("id",), code="WRONG_STATUS")
        await RecoveryCode.filter(user_id=user.id).using_db(client).delete()
        subject = format_id("User", user.id)
        await audit.record(client, act, "user.remove_second_factor", subject)
        await sessions.end_all(client, act, user.id)


async def _may_sign_in(client: BaseDBAsyncClient, user_id: int) -> bool:
    owned = (UserPassword, OpenIdIdentity)
    return any([await kind.filter(user_id=user_id).using_db(client).exists() for kind in owned])


async def _write(
    client: BaseDBAsyncClient, act: Act, user: User, action: str, values: dict[str, Any]
) -> None:
    before, after = audit.changed({name: getattr(user, name) for name in values}, values)
    if not after:
        return
    user.update_from_dict(after)
    user.version += 1
    await user.save(using_db=client, update_fields=[*after, "version"])
    await audit.record(client, act, action, format_id("User", user.id), before, after)
