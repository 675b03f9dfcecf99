"""Sessions: begun, found by their cookie, ended."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import missing
from domain.database import transaction
from domain.ids import format_id
from domain.users.models import User, UserSession
from domain.users.rules import SECRET_BYTES, SignInMethod, UserState, fingerprint, secret_text
from domain.users.sessions import CODE_WITHIN, SEEN_EVERY, Device, Lifetimes, began, ends_at
from domain.users.throttling import network_of


class Found(NamedTuple):
    """A session that holds. until: when it ends by itself, unless it is seen again before."""

    session: UserSession
    user: User
    until: datetime


class Begun(NamedTuple):
    """A session just begun, and its cookie's value, which only the browser keeps."""

    session_id: int
    user_id: int
    secret: str
    confirmed: bool


async def begin(
    client: BaseDBAsyncClient,
    user: User,
    method: SignInMethod,
    device: Device,
    *,
    confirmed: bool,
    now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Begun:
    secret = secret_text(random(SECRET_BYTES))
    row = await UserSession.create(
        using_db=client,
        user_id=user.id,
        sha256=fingerprint(secret),
        method=method,
        confirmed=confirmed,
        created_at=now,
        seen_at=now,
        address=device.address[:64],
        browser=device.browser[:200],
    )
    return Begun(row.id, user.id, secret, confirmed)


async def found(secret: str, lifetimes: Lifetimes, *, now: datetime) -> Found | None:
    """The session of a cookie's value; None for one that is unknown, has ended or expired, or whose
    user is locked. It is noted that it was seen."""
    row = await _row(secret)
    if row is None or not row.confirmed:
        return None
    if not began(row.created_at, now) or ends_at(row.created_at, row.seen_at, lifetimes) <= now:
        return None
    if now - row.seen_at >= SEEN_EVERY:
        await UserSession.filter(id=row.id, ended_at=None, seen_at__lt=now).update(seen_at=now)
        row.seen_at = now
    return Found(row, row.user, ends_at(row.created_at, row.seen_at, lifetimes))


async def awaiting_code(secret: str, *, now: datetime) -> Found | None:
    """The session of a cookie's value that waits for its second factor."""
    row = await _row(secret)
    if row is None or row.confirmed or not began(row.created_at, now):
        return None
    if row.created_at + CODE_WITHIN <= now:
        return None
    return Found(row, row.user, row.created_at + CODE_WITHIN)


async def _row(secret: str) -> UserSession | None:
    hashed = fingerprint(secret)
    if hashed is None:
        return None
    return await UserSession.get_or_none(
        sha256=hashed, ended_at=None, user__state=UserState.ACTIVE
    ).select_related("user")


async def drop(client: BaseDBAsyncClient, secret: str, *, now: datetime) -> None:
    """Ends the session of a cookie's value, where there is one."""
    await (
        UserSession.filter(sha256=fingerprint(secret), ended_at=None)
        .using_db(client)
        .update(ended_at=now)
    )


async def end(act: Act, user_id: int, session_id: int) -> None:
    """One of the user's own. Raises NotFound."""
    async with transaction() as client:
        ended = (
            await UserSession.filter(id=session_id, user_id=user_id, ended_at=None)
            .using_db(client)
            .update(ended_at=act.now)
        )
        if not ended:
            raise missing("id", "session")
        await _told(client, act, "user.sign_out", user_id, [session_id])


async def end_all(
    client: BaseDBAsyncClient, act: Act, user_id: int, *, but: int | None = None
) -> int:
    """Ends every session of a user, or all but one. Returns how many."""
    rows = await UserSession.select_for_update(no_key=True, using_db=client).filter(
        user_id=user_id, ended_at=None
    )
    ids = [row.id for row in rows if row.id != but]
    if ids:
        await UserSession.filter(id__in=ids).using_db(client).update(ended_at=act.now)
        await _told(client, act, "user.sign_out_everywhere", user_id, ids)
    return len(ids)


async def end_everywhere(act: Act, user_id: int) -> int:
    """The user's own wish: out, on every device. Returns how many sessions ended."""
    async with transaction() as client:
        return await end_all(client, act, user_id)


async def listed(user_id: int, lifetimes: Lifetimes, *, now: datetime) -> list[UserSession]:
    """The user's sessions that hold, the latest seen first."""
    rows = await UserSession.filter(user_id=user_id, ended_at=None, confirmed=True).order_by(
        "-seen_at", "-id"
    )
    return [
        row
        for row in rows
        if began(row.created_at, now) and ends_at(row.created_at, row.seen_at, lifetimes) > now
    ]


async def was_signed_in(account: str, address: str) -> bool:
    """Whether somebody was signed in to the account from the same place before, as long as that is
    remembered. account: an e-mail address, folded; there may be no such account."""
    if not account.isprintable():
        return False
    known = UserSession.filter(user__email=account, confirmed=True)
    places = {network_of(row["address"]) for row in await known.distinct().values("address")}
    return network_of(address) in places


async def _told(
    client: BaseDBAsyncClient, act: Act, action: str, user_id: int, sessions: list[int]
) -> None:
    await audit.record(
        client, act, action, format_id("User", user_id), after={"sessions": sessions}
    )
