"""There is always an administrator of the whole network: the last one is neither locked nor loses
the role, whoever asks, and two who turn on each other do not both succeed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tortoise.connection import get_connection

from domain.access import SYSTEM, Act, Role
from domain.grants import actions
from domain.grants.actions import Holder, NewGrant
from domain.grants.models import RoleGrant
from domain.problems import Conflict
from domain.users.actions import accounts
from domain.users.models import User
from domain.users.rules import UserState
from tests.rows import EDITOR, NOW, make_organization, refused
from tests.users import active, invited

pytestmark = pytest.mark.usefixtures("database", "quick_passwords")


@pytest.fixture(autouse=True)
async def _no_other(database: str) -> None:
    await get_connection("default").execute_query("DELETE FROM role_grant")


async def administrator(user: User, **more: object) -> int:
    new = NewGrant(
        role=Role.ADMINISTRATOR,
        holder=Holder(user_id=user.id),
        **{"organization_id": None, **more},  # type: ignore[arg-type]  # of NewGrant's own fields
    )
    return await actions.grant(EDITOR, new)


async def test_the_last_one_is_not_locked() -> None:
    wang = await active()
    await administrator(wang)
    for act in (EDITOR, Act(SYSTEM, NOW)):
        async with refused(Conflict, "id", code="LAST_ADMINISTRATOR"):
            await accounts.lock(act, wang.id)
    with pytest.raises(Conflict, match=f"User:{wang.id} is the last administrator"):
        await accounts.lock(EDITOR, wang.id)
    li = await active()
    await accounts.lock(EDITOR, li.id)  # who is none may be locked
    zhao = await active()
    await administrator(zhao)
    await accounts.lock(EDITOR, wang.id)
    assert (await User.get(id=wang.id)).state is UserState.LOCKED
    async with refused(Conflict, "id", code="LAST_ADMINISTRATOR"):
        await accounts.lock(EDITOR, zhao.id)


async def test_the_last_one_keeps_the_role() -> None:
    wang = await active()
    grant = await administrator(wang)
    twice = await administrator(wang)
    await actions.end(EDITOR, twice)
    async with refused(Conflict, "id", code="LAST_ADMINISTRATOR"):
        await actions.end(EDITOR, grant)
    assert (await RoleGrant.get(id=grant)).ended_at is None


async def test_who_could_not_help_does_not_count() -> None:
    """Who was not yet there, is locked, administers a part, or only for a while."""
    wang = await active()
    await administrator(wang)
    never = await User.get(id=(await invited()).user_id)
    await administrator(never)
    locked = await active()
    await administrator(locked)
    await accounts.lock(EDITOR, locked.id)
    part, guest, later = [await active() for _ in range(3)]
    await administrator(part, organization_id=await make_organization())
    await administrator(guest, ends_at=NOW + timedelta(days=9))
    await administrator(later, starts_at=NOW + timedelta(days=9))
    async with refused(Conflict, "id", code="LAST_ADMINISTRATOR"):
        await accounts.lock(EDITOR, wang.id)


async def test_two_at_once_leave_one() -> None:
    both = [await active(), await active()]
    for user in both:
        await administrator(user)
    outcomes = await asyncio.gather(
        *(accounts.lock(EDITOR, user.id) for user in both), return_exceptions=True
    )
    (failed,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(failed, Conflict)
    assert failed.code == "LAST_ADMINISTRATOR"
    states = sorted([(await User.get(id=user.id)).state for user in both])
    assert states == [UserState.ACTIVE, UserState.LOCKED]
