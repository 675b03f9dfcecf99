"""Tokens are known for a moment, and never longer than they hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from api.callers import MOMENT_SECONDS, Callers, CrossSite, Unauthorized
from domain.access import ANONYMOUS, Kind, Role
from domain.notifications import Changes
from domain.tokens import actions as tokens
from domain.tokens.models import Token
from domain.users.actions.signing_in import sign_in
from domain.users.models import UserSession
from tests.rows import EDITOR
from tests.users import OFFICE, PASSWORD, RULES, active

pytestmark = pytest.mark.usefixtures("database", "quick_passwords")


def _listening() -> Changes:
    changes = Changes()
    changes.listening.set()
    return changes


def _callers(changes: Changes, clock: Callable[[], float] = time.monotonic) -> Callers:
    return Callers(changes, patience_seconds=5, sessions=RULES, clock=clock)


async def _bearer(expires_at: datetime | None = None) -> tuple[int, dict[bytes, bytes]]:
    number, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, expires_at)
    return number, {b"authorization": f"Bearer {token}".encode()}


async def _revoke_unheard(number: int) -> None:
    await Token.filter(id=number).update(revoked_at=datetime.now(UTC))


async def test_nobody_without_a_token() -> None:
    assert await _callers(Changes()).viewer_of({}) is ANONYMOUS


async def test_a_holder_is_known_until_tokens_change() -> None:
    changes = _listening()
    callers = _callers(changes)
    number, headers = await _bearer()
    first = await callers.viewer_of(headers)
    assert first.name == f"tests (Token:{number})"
    await _revoke_unheard(number)
    assert await callers.viewer_of(headers) is first  # not asked: nothing was heard
    changes.heard("token")
    for _ in range(2):
        with pytest.raises(Unauthorized):
            await callers.viewer_of(headers)


async def test_a_session_is_known_until_it_ends() -> None:
    changes = _listening()
    callers = _callers(changes)
    now = datetime.now(UTC)
    begun = await sign_in((await active(now=now)).email, PASSWORD, OFFICE, now=now)
    headers = {b"cookie": f"a=b; xinfeng={begun.secret}".encode(), b"host": b"localhost"}
    first = await callers.viewer_of(headers)
    assert (first.kind, first.number) == (Kind.USER, begun.user_id)
    with pytest.raises(CrossSite):
        await callers.viewer_of({**headers, b"origin": b"https://evil.example"})
    await UserSession.filter(id=begun.session_id).update(ended_at=now)
    assert await callers.viewer_of(headers) is first  # not asked: nothing was heard
    changes.heard("user_session")
    with pytest.raises(Unauthorized):
        await callers.viewer_of(headers)


async def test_a_moment_ends_also_when_word_is_lost() -> None:
    now = [0.0]
    callers = _callers(_listening(), clock=lambda: now[0])
    number, headers = await _bearer()
    await callers.viewer_of(headers)
    await _revoke_unheard(number)
    now[0] = MOMENT_SECONDS - 0.01
    await callers.viewer_of(headers)
    now[0] = MOMENT_SECONDS
    with pytest.raises(Unauthorized):
        await callers.viewer_of(headers)


async def test_nobody_is_known_while_nothing_is_heard() -> None:
    callers = _callers(Changes())
    number, headers = await _bearer()
    await callers.viewer_of(headers)
    await _revoke_unheard(number)
    with pytest.raises(Unauthorized):
        await callers.viewer_of(headers)


async def test_a_token_is_not_known_past_its_own_end() -> None:
    now = [0.0]
    callers = _callers(_listening(), clock=lambda: now[0])
    number, headers = await _bearer(datetime.now(UTC) + timedelta(seconds=0.5))
    await callers.viewer_of(headers)
    await _revoke_unheard(number)
    now[0] = 0.5
    with pytest.raises(Unauthorized):
        await callers.viewer_of(headers)
