"""People who sign in, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from api.callers import SessionRules
from domain.access import Act
from domain.users.actions import accounts, links
from domain.users.models import User
from domain.users.sessions import Device, Lifetimes
from tests.rows import EDITOR, NOW

PASSWORD = "lotus under the bridge"
OTHER_PASSWORD = "heron above the reeds"
RULES = SessionRules("", Lifetimes(timedelta(hours=12), timedelta(days=7)))
OFFICE = Device("192.0.2.7", "Firefox")
LIFETIMES = RULES.lifetimes

_numbers = count(1)


def new_email() -> str:
    return f"wang{next(_numbers)}@example.org"


def editor_at(now: datetime) -> Act:
    return replace(EDITOR, now=now)


async def invited(email: str = "", now: datetime = NOW) -> links.Handed:
    new = accounts.NewUser(email=email or new_email(), name="王编辑")
    return await accounts.invite(editor_at(now), new)


async def active(email: str = "", password: str = PASSWORD, now: datetime = NOW) -> User:
    """A user who has taken their account."""
    handed = await invited(email, now)
    await links.use(handed.secret, password, now=now, request_id="")
    return await User.get(id=handed.user_id)
