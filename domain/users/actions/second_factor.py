"""The second factor: set up, asked for at sign-in, taken away."""

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
from domain.problems import Conflict, Forbidden
from domain.secrets import SecretBox
from domain.users.actions import sessions, throttle
from domain.users.actions.acting import as_user
from domain.users.actions.signing_in import check_present_password, told
from domain.users.codes import (
    KEY_BYTES,
    RECOVERY_BYTES,
    RECOVERY_CODES,
    key_text,
    recovery_code,
    recovery_fingerprint,
    step_of,
)
from domain.users.models import RecoveryCode, SecondFactor, User, UserSession
from domain.users.rules import SignInMethod
from domain.users.sessions import Device
from domain.users.throttling import counted_code

Random = Callable[[int], bytes]


class Standing(NamedTuple):
    """key: of a factor that was begun and not yet confirmed. codes_left: of one that is asked for;
    None while none is."""

    key: str | None
    codes_left: int | None


def wrong_code() -> Forbidden:
    return Forbidden("the code does not fit, or was used", path=("code",), code="WRONG_CODE")


async def standing(user_id: int, box: SecretBox) -> Standing:
    row = await SecondFactor.get_or_none(user_id=user_id)
    if row is None:
        return Standing(None, None)
    if row.confirmed_at is None:
        return Standing(box.open(row.secret), None)
    return Standing(None, await RecoveryCode.filter(user_id=user_id, used_at=None).count())


async def begin(
    act: Act,
    user: User,
    session_id: int,
    password: str,
    box: SecretBox,
    *,
    random: Random = secrets.token_bytes,
) -> None:
    """A new key, not asked for until a code confirms it. password: the user's present one.

    Raises Forbidden, Conflict, Throttled, Busy.
    """
    await check_present_password(act, user, session_id, password)
    async with transaction() as client:
        await _held(client, user.id)
        row = await SecondFactor.get_or_none(user_id=user.id, using_db=client)
        if row is not None and row.confirmed_at is not None:
            raise Conflict("there is a second factor already", code="WRONG_STATUS")
        await SecondFactor.filter(user_id=user.id).using_db(client).delete()
        sealed = box.seal(key_text(random(KEY_BYTES)))
        await SecondFactor.create(
            using_db=client, user_id=user.id, secret=sealed, created_at=act.now
        )
        subject = format_id("User", user.id)
        await audit.record(client, act, "user.begin_second_factor", subject)


async def confirm(
    act: Act, user: User, code: str, box: SecretBox, *, random: Random = secrets.token_bytes
) -> list[str]:
    """From now on a code is asked for. Returns the recovery codes, which are shown this once.

    Raises Forbidden, Conflict, Throttled.
    """
    attempts = await throttle.attempt(counted_code(user.id), now=act.now)
    codes = [recovery_code(random(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
    async with transaction() as client:
        await _held(client, user.id)
        row = await SecondFactor.get_or_none(user_id=user.id, using_db=client)
        if row is None or row.confirmed_at is not None:
            raise Conflict("no second factor waits to be confirmed", code="WRONG_STATUS")
        step = step_of(box.open(row.secret), code, now=act.now, last_step=row.last_step)
        if step is None:
            raise wrong_code()
        row.last_step, row.confirmed_at = step, act.now
        await row.save(using_db=client, update_fields=["last_step", "confirmed_at"])
        await _keep_codes(client, user.id, codes)
        subject = format_id("User", user.id)
        await audit.record(client, act, "user.confirm_second_factor", subject)
        await throttle.forget(client, attempts, counted_code(user.id)[0].key)
    return codes


async def remove(act: Act, user: User, code: str, box: SecretBox) -> None:
    """The user's own, who still has it. Raises Forbidden, Throttled."""
    attempts = await throttle.attempt(counted_code(user.id), now=act.now)
    async with transaction() as client:
        await _take(client, user.id, code, box, now=act.now)
        await SecondFactor.filter(user_id=user.id).using_db(client).delete()
        await RecoveryCode.filter(user_id=user.id).using_db(client).delete()
        subject = format_id("User", user.id)
        await audit.record(client, act, "user.remove_second_factor", subject)
        await throttle.forget(client, attempts, counted_code(user.id)[0].key)


async def sign_in_with_code(
    waiting: sessions.Found,
    code: str,
    device: Device,
    box: SecretBox,
    *,
    now: datetime,
    request_id: str = "",
) -> sessions.Begun:
    """The session that waited becomes one that holds, under a new value.

    Raises Forbidden, Throttled.
    """
    user = waiting.user
    attempts = await throttle.attempt(counted_code(user.id), now=now)
    async with transaction() as client:
        method = await _take(client, user.id, code, box, now=now)
        ended = (
            await UserSession.filter(id=waiting.session.id, ended_at=None)
            .using_db(client)
            .update(ended_at=now)
        )
        if not ended:
            raise wrong_code()
        begun = await sessions.begin(client, user, method, device, confirmed=True, now=now)
        await throttle.forget(client, attempts, counted_code(user.id)[0].key)
        await told(client, as_user(user, now, request_id), method, begun)
        return begun


async def _take(
    client: BaseDBAsyncClient, user_id: int, code: str, box: SecretBox, *, now: datetime
) -> SignInMethod:
    """Uses a code up. Raises Forbidden."""
    await _held(client, user_id)
    row = await SecondFactor.get_or_none(user_id=user_id, using_db=client)
    if row is None or row.confirmed_at is None:
        raise wrong_code()
    plain = "".join(code.split())
    step = step_of(box.open(row.secret), plain, now=now, last_step=row.last_step)
    if step is not None:
        row.last_step = step
        await row.save(using_db=client, update_fields=["last_step"])
        return SignInMethod.SECOND_FACTOR
    used = (
        await RecoveryCode.filter(user_id=user_id, sha256=recovery_fingerprint(plain), used_at=None)
        .using_db(client)
        .update(used_at=now)
    )
    if not used:
        raise wrong_code()
    return SignInMethod.RECOVERY_CODE


async def _keep_codes(client: BaseDBAsyncClient, user_id: int, codes: list[str]) -> None:
    await RecoveryCode.filter(user_id=user_id).using_db(client).delete()
    rows = [RecoveryCode(user_id=user_id, sha256=recovery_fingerprint(code)) for code in codes]
    await RecoveryCode.bulk_create(rows, using_db=client)


async def _held(client: BaseDBAsyncClient, user_id: int) -> None:
    """The user's row, so that two codes at once are taken one after the other."""
    await User.select_for_update(no_key=True, using_db=client).get(id=user_id)
