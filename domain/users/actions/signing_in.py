"""Signing in with a password, and changing it."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.audit import actions as audit
from domain.database import transaction
from domain.ids import format_id
from domain.problems import Forbidden
from domain.users.actions import sessions, throttle
from domain.users.actions.acting import as_user
from domain.users.hashing import hashed, verified
from domain.users.models import SecondFactor, User, UserPassword
from domain.users.passwords import LONGEST, check_password, normalized
from domain.users.rules import LONGEST_EMAIL, SignInMethod, UserState
from domain.users.sessions import Device
from domain.users.throttling import counted


def refusal() -> Forbidden:
    """The same whatever was wrong: nobody learns here who has an account."""
    return Forbidden("the e-mail address and the password do not fit", code="WRONG_CREDENTIALS")


async def sign_in(
    email: str,
    password: str,
    device: Device,
    *,
    now: datetime,
    request_id: str = "",
    earlier: str = "",
) -> sessions.Begun:
    """A new session, confirmed unless a second factor is awaited. earlier: the cookie's value until
    now, whose session ends.

    Raises Throttled, Busy, and Forbidden for everything else.
    """
    account = email.strip().casefold()[:LONGEST_EMAIL]
    is_known = await sessions.was_signed_in(account, device.address)
    counts = counted(account, device.address, is_known=is_known)
    attempts = await throttle.attempt(counts, now=now)
    user = await User.get_or_none(email=account) if account.isprintable() else None
    known = await UserPassword.get_or_none(user_id=user.id if user else 0)
    given = normalized(password[: LONGEST * 4])
    fits, newer = await verified(given, known.hash if known else None)
    if user is None or known is None or not fits:
        raise refusal()
    async with transaction() as client:
        user = await _active(client, user.id, known.hash)
        if newer is not None:
            await UserPassword.filter(id=known.id).using_db(client).update(hash=newer)
        await throttle.forget(client, attempts, counts[0].key)
        return await enter(
            client,
            user,
            SignInMethod.PASSWORD,
            device,
            now=now,
            request_id=request_id,
            earlier=earlier,
        )


async def _active(client: BaseDBAsyncClient, user_id: int, hash_: str) -> User:
    """The user, held until the transaction ends: neither locked nor with another password now."""
    user = await User.select_for_update(no_key=True, using_db=client).get(id=user_id)
    same = await UserPassword.filter(user_id=user_id, hash=hash_).using_db(client).exists()
    if user.state is not UserState.ACTIVE or not same:
        raise refusal()
    return user


async def enter(
    client: BaseDBAsyncClient,
    user: User,
    method: SignInMethod,
    device: Device,
    *,
    now: datetime,
    request_id: str,
    earlier: str,
) -> sessions.Begun:
    """A new session under a new value, whatever the browser held before."""
    awaits_code = (
        method is SignInMethod.PASSWORD
        and await SecondFactor.filter(user_id=user.id, confirmed_at__isnull=False)
        .using_db(client)
        .exists()
    )
    await sessions.drop(client, earlier, now=now)
    begun = await sessions.begin(client, user, method, device, confirmed=not awaits_code, now=now)
    if begun.confirmed:
        await told(client, as_user(user, now, request_id), method, begun)
    return begun


async def told(
    client: BaseDBAsyncClient, act: Act, method: SignInMethod, begun: sessions.Begun
) -> None:
    after = {"session": begun.session_id, "method": method}
    subject = format_id("User", begun.user_id)
    await audit.record(client, act, "user.sign_in", subject, after=after)


async def change_password(act: Act, user: User, session_id: int, old: str, new: str) -> None:
    """The user's own, who knows the present one. Every other session of theirs ends.

    Raises Forbidden, Invalid, Throttled, Busy.
    """
    checked = check_password(new, user.email, user.name)
    present = await check_present_password(act, user, session_id, old)
    hash_ = await hashed(checked)
    async with transaction() as client:
        await _active(client, user.id, present)
        await set_password(client, act, user.id, hash_)
        await sessions.end_all(client, act, user.id, but=session_id)


async def check_present_password(act: Act, user: User, session_id: int, password: str) -> str:
    """Who is at the browser is the account's owner. Returns the password's hash.

    Raises Forbidden, Throttled, Busy.
    """
    counts = counted(user.email, f"session {session_id}", is_known=True)[:1]
    attempts = await throttle.attempt(counts, now=act.now)
    known = await UserPassword.get_or_none(user_id=user.id)
    given = normalized(password[: LONGEST * 4])
    fits, _ = await verified(given, known.hash if known else None)
    if known is None or not fits:
        message = "this is not the present password"
        raise Forbidden(message, path=("password",), code="WRONG_PASSWORD")
    async with transaction() as client:
        await throttle.forget(client, attempts, counts[0].key)
    return known.hash


async def set_password(client: BaseDBAsyncClient, act: Act, user_id: int, hash_: str) -> None:
    """The user's row is held. What was there before is gone."""
    await UserPassword.filter(user_id=user_id).using_db(client).delete()
    await UserPassword.create(using_db=client, user_id=user_id, hash=hash_, set_at=act.now)
    await audit.record(client, act, "user.set_password", format_id("User", user_id))
