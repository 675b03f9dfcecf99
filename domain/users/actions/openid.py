"""Signing in with an account elsewhere (OpenID Connect): whose account here it is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.audit import actions as audit
from domain.database import transaction
from domain.ids import format_id
from domain.problems import Forbidden, Invalid
from domain.users.actions import sessions
from domain.users.actions.acting import as_user
from domain.users.actions.signing_in import enter
from domain.users.models import OpenIdIdentity, User
from domain.users.rules import SignInMethod, UserState, email_of
from domain.users.sessions import Device


class Claimed(NamedTuple):
    """What a provider says of somebody, its signature checked.

    subject: its name for them, which stays. email: only one it has verified, else empty.
    """

    issuer: str
    subject: str
    email: str
    name: str


async def sign_in_with_openid(
    claimed: Claimed,
    device: Device,
    *,
    creates: bool,
    now: datetime,
    request_id: str = "",
    earlier: str = "",
) -> sessions.Begun:
    """A new session for whom the provider knows. creates: an account for those who have none here.

    Raises Forbidden for who has no account here, or a locked one: the two read the same.
    """
    async with transaction() as client:
        user = await _known(client, claimed)
        if user is None:
            user = await _by_email(client, claimed, creates=creates, now=now)
            await _link(client, user, claimed, now=now, request_id=request_id)
        if user.state is not UserState.ACTIVE:
            raise no_account()
        method = SignInMethod.OPENID
        return await enter(
            client, user, method, device, now=now, request_id=request_id, earlier=earlier
        )


async def _known(client: BaseDBAsyncClient, claimed: Claimed) -> User | None:
    identity = await OpenIdIdentity.get_or_none(
        issuer=claimed.issuer, subject=claimed.subject, using_db=client
    )
    if identity is None:
        return None
    return await User.select_for_update(no_key=True, using_db=client).get(id=identity.user_id)


async def _by_email(
    client: BaseDBAsyncClient, claimed: Claimed, *, creates: bool, now: datetime
) -> User:
    """Who was invited under the address, or signs in with a password under it so far."""
    try:
        email = email_of(claimed.email)
    except Invalid:
        raise no_account() from None
    user = await User.select_for_update(no_key=True, using_db=client).get_or_none(email=email)
    if user is not None:
        return user
    if not creates:
        raise no_account()
    name = text.line(claimed.name[:100] or email, path=("name",), longest=100, required=False)
    return await User.create(
        using_db=client,
        email=email,
        name=name or email[:100],
        state=UserState.INVITED,
        created_at=now,
    )


async def _link(
    client: BaseDBAsyncClient, user: User, claimed: Claimed, *, now: datetime, request_id: str
) -> None:
    """From now on the provider's name for them is enough. Who was invited is active."""
    if user.state is UserState.LOCKED:
        raise no_account()
    await OpenIdIdentity.create(
        using_db=client,
        user_id=user.id,
        issuer=claimed.issuer,
        subject=claimed.subject,
        created_at=now,
    )
    before = {"state": user.state}
    if user.state is UserState.INVITED:
        user.state, user.version = UserState.ACTIVE, user.version + 1
        await user.save(using_db=client, update_fields=["state", "version"])
    act, subject = as_user(user, now, request_id), format_id("User", user.id)
    after = {"issuer": claimed.issuer, "email": user.email, "state": user.state}
    await audit.record(client, act, "user.link_openid", subject, before, after)


def no_account() -> Forbidden:
    return Forbidden("there is no account here for them", code="OPENID_UNKNOWN")
