"""Accounts of people in the graph: administrators make and change them, others see none."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from domain.access import Role
from domain.tokens import actions as tokens
from domain.users.actions import links
from domain.users.models import User
from tests.graph import Graph, graph
from tests.rows import EDITOR, nothing_written
from tests.users import PASSWORD, new_email

pytestmark = pytest.mark.usefixtures("quick_passwords")

LINK = """{ __typename
  ... on UserLinkPayload { user { id email state version hasPassword } link linkExpiresAt }
  ... on Problem { code path } }"""
USER = """{ __typename
  ... on UserPayload { user { name state version hasSecondFactor lastSeenAt } }
  ... on Problem { code path } }"""
INVITE = f"mutation ($input: InviteUserInput!) {{ inviteUser(input: $input) {LINK} }}"
ALL = "query ($filter: UserFilter) { users(filter: $filter) { totalCount nodes { email } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def token(opened: Graph) -> str:
    return (await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None))[1]


async def test_an_account_from_its_invitation_to_its_lock(opened: Graph, token: str) -> None:
    email = new_email()
    given = {"email": email.upper(), "name": "王编辑"}
    made = (await opened.ask(INVITE, token=token, input=given))["inviteUser"]
    id_ = made["user"]["id"]
    assert made["user"] == {
        "id": id_,
        "email": email,
        "state": "INVITED",
        "version": 1,
        "hasPassword": False,
    }
    expires_at = datetime.fromisoformat(made["linkExpiresAt"])
    assert 6.9 < (expires_at - datetime.now(UTC)).total_seconds() / 86_400 <= 7
    found = re.fullmatch(r"/link/([A-Za-z0-9_-]{43})", made["link"])
    assert found is not None
    await links.use(found[1], PASSWORD, now=datetime.now(UTC), request_id="")
    taken = await opened.ask(
        f"mutation ($id: ID!) {{ renewInvitation(input: {{id: $id}}) {LINK} }}", token=token, id=id_
    )
    assert taken["renewInvitation"]["code"] == "WRONG_STATUS"
    reset = await opened.ask(
        f"mutation ($id: ID!) {{ resetPassword(input: {{id: $id}}) {LINK} }}", token=token, id=id_
    )
    assert reset["resetPassword"]["user"]["hasPassword"] is True
    update = f"mutation ($input: UpdateUserInput!) {{ updateUser(input: $input) {USER} }}"
    changed = {"id": id_, "version": 2, "email": email, "name": "王主编"}
    answer = await opened.ask(update, token=token, input=changed)
    assert answer["updateUser"]["user"]["name"] == "王主编"
    stale = await opened.ask(update, token=token, input=changed)
    assert stale["updateUser"] == {
        "__typename": "Conflict",
        "code": "STALE_VERSION",
        "path": ["input", "version"],
    }
    lock = f"mutation ($id: ID!) {{ lockUser(input: {{id: $id, version: 3}}) {USER} }}"
    locked = (await opened.ask(lock, token=token, id=id_))["lockUser"]["user"]
    assert locked == {
        "name": "王主编",
        "state": "LOCKED",
        "version": 4,
        "hasSecondFactor": False,
        "lastSeenAt": None,
    }
    unlock = f"mutation ($id: ID!) {{ unlockUser(input: {{id: $id, version: 4}}) {USER} }}"
    assert (await opened.ask(unlock, token=token, id=id_))["unlockUser"]["user"]["version"] == 5
    for name in ("signOutUser", "removeSecondFactor"):
        work = f"mutation ($id: ID!) {{ {name}(input: {{id: $id}}) {USER} }}"
        answer = (await opened.ask(work, token=token, id=id_))[name]
        assert answer["__typename"] == ("UserPayload" if name == "signOutUser" else "Conflict")


async def test_what_is_refused_is_told(opened: Graph, token: str) -> None:
    given = {"email": new_email(), "name": "王编辑"}
    await opened.ask(INVITE, token=token, input=given)
    async with nothing_written():
        taken = await opened.ask(INVITE, token=token, input=given)
        wrong = await opened.ask(INVITE, token=token, input={**given, "email": "wang"})
        nobody = await opened.ask(INVITE, input={**given, "email": new_email()})
    assert [answer["inviteUser"] for answer in (taken, wrong, nobody)] == [
        {"__typename": "Conflict", "code": "TAKEN", "path": ["input", "email"]},
        {"__typename": "Invalid", "code": "INVALID", "path": ["input", "email"]},
        {"__typename": "Forbidden", "code": "FORBIDDEN", "path": ["input"]},
    ]


async def test_only_administrators_see_accounts(opened: Graph, token: str) -> None:
    email = new_email()
    await opened.ask(INVITE, token=token, input={"email": email, "name": "李记者"})
    by_email = {"filter": {"email": email.upper(), "state": "INVITED"}}
    assert await opened.ask(ALL, token=token, **by_email) == {
        "users": {"totalCount": 1, "nodes": [{"email": email}]}
    }
    everybody = await opened.ask(ALL, token=token)
    assert everybody["users"]["totalCount"] == await User.all().count()
    assert (await opened.error(ALL))["extensions"] == {"code": "FORBIDDEN"}
