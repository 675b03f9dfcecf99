"""Links that an administrator hands over: made, looked at, used once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.audit import actions as audit
from domain.database import transaction
from domain.ids import format_id
from domain.problems import NotFound
from domain.users.actions import sessions
from domain.users.actions.acting import as_user
from domain.users.actions.signing_in import set_password
from domain.users.hashing import hashed
from domain.users.models import User, UserLink
from domain.users.passwords import check_password
from domain.users.rules import (
    LINK_HOLDS,
    SECRET_BYTES,
    LinkKind,
    UserState,
    fingerprint,
    secret_text,
)
from domain.users.sessions import began


class Handed(NamedTuple):
    """A link's text, shown this once, and until when it may be opened."""

    user_id: int
    kind: LinkKind
    secret: str
    expires_at: datetime


class Shown(NamedTuple):
    """What the page behind a link says before it is used."""

    kind: LinkKind
    user: User


async def hand(
    client: BaseDBAsyncClient,
    act: Act,
    user: User,
    *,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Handed:
    """A link for a user whose row is held; older ones open nothing any more. The caller tells the
    audit trail of it."""
    kind = kind_for(user)
    await void(client, user.id, now=act.now)
    secret = secret_text(random(SECRET_BYTES))
    expires_at = act.now + LINK_HOLDS[kind]
    await UserLink.create(
        using_db=client,
        user_id=user.id,
        kind=kind,
        sha256=fingerprint(secret),
        created_at=act.now,
        expires_at=expires_at,
    )
    return Handed(user.id, kind, secret, expires_at)


def kind_for(user: User) -> LinkKind:
    """What a link for this user is handed over for."""
    return LinkKind.INVITATION if user.state is UserState.INVITED else LinkKind.PASSWORD_RESET


async def void(client: BaseDBAsyncClient, user_id: int, *, now: datetime) -> None:
    """No link handed over before opens anything any more."""
    open_ = UserLink.filter(user_id=user_id, used_at=None, voided_at=None).using_db(client)
    await open_.update(voided_at=now)


async def shown(secret: str, *, now: datetime) -> Shown:
    """Uses nothing up: those who only look ahead, as messengers do, spoil no link.

    Raises NotFound for a link that is unknown, used, void or expired: the four read the same.
    """
    row = await _open(secret, now=now)
    return Shown(row.kind, row.user)


async def use(secret: str, password: str, *, now: datetime, request_id: str) -> Shown:
    """Sets the password; who was invited is active now; every session ends.

    Raises NotFound like `shown`, Invalid for the password: then the link stays good. Busy.
    """
    row = await _open(secret, now=now)
    hash_ = await hashed(check_password(password, row.user.email, row.user.name))
    async with transaction() as client:
        user = await User.select_for_update(no_key=True, using_db=client).get(id=row.user_id)
        used = (
            await UserLink.filter(id=row.id, used_at=None, voided_at=None)
            .using_db(client)
            .update(used_at=now)
        )
        if not used or user.state is UserState.LOCKED:
            raise no_link()
        act = as_user(user, now, request_id)
        if user.state is UserState.INVITED:
            await _activate(client, act, user)
        await set_password(client, act, user.id, hash_)
        await sessions.end_all(client, act, user.id)
    return Shown(row.kind, user)


async def _activate(client: BaseDBAsyncClient, act: Act, user: User) -> None:
    before, after = {"state": user.state}, {"state": UserState.ACTIVE}
    user.state, user.version = UserState.ACTIVE, user.version + 1
    await user.save(using_db=client, update_fields=["state", "version"])
    subject = format_id("User", user.id)
    await audit.record(client, act, "user.accept_invitation", subject, before, after)


async def _open(secret: str, *, now: datetime) -> UserLink:
    hashed_ = fingerprint(secret)
    row = hashed_ and await UserLink.get_or_none(
        sha256=hashed_, used_at=None, voided_at=None
    ).select_related("user")
    if not row or not began(row.created_at, now) or row.expires_at <= now:
        raise no_link()
    if row.user.state is UserState.LOCKED:
        raise no_link()
    return row


def no_link() -> NotFound:
    return NotFound("this link opens nothing: it was used, or has expired", code="NO_LINK")
