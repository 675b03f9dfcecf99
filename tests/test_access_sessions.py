"""Who is signed in in a browser may do what an application with the same role may: every row of the
access table, asked with a session's cookie."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from domain.audit.models import AuditEntry
from domain.database import transaction
from domain.grants import actions as grants
from domain.users.actions import sessions
from domain.users.models import User
from domain.users.rules import SignInMethod, UserState
from tests.access_table.callers import EVERYBODY, Read
from tests.access_table.district import District, make_district
from tests.access_table.fronts import make_front
from tests.access_table.rows import MUTATIONS
from tests.graph import Graph, graph
from tests.test_access_table import READS, SCHEMA, _filled
from tests.users import OFFICE, new_email

LIKE = ("author", "administrator", "network")
OF_OTHERS = {"delegateRole": "NOT_FOUND input.grantId"}
"""What the row is about is the token's own role: these users hold others."""

COUNTED_WITH_THEM = {"roleGrants"}
"""How many there are at the organization: with the roles of these users there are more."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> District:
    made = await make_district()
    await make_front(made)
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cookies(district: District) -> dict[str, str]:
    """The cookie of a user, by the caller whose role they have."""
    here = district.here.organization_id
    return {
        "author": await _signed_in(district, Role.AUTHOR, here),
        "administrator": await _signed_in(district, Role.ADMINISTRATOR, here),
        "network": await _signed_in(district, Role.ADMINISTRATOR, None),
    }


async def _signed_in(district: District, role: Role, organization_id: int | None) -> str:
    now = datetime.now(UTC)
    user = await User.create(
        email=new_email(), name=role.value, state=UserState.ACTIVE, created_at=now
    )
    holder = grants.Holder(user_id=user.id)
    new = grants.NewGrant(role=role, holder=holder, organization_id=organization_id)
    await grants.grant(district.act, new)
    async with transaction() as client:
        begun = await sessions.begin(
            client, user, SignInMethod.PASSWORD, OFFICE, confirmed=True, now=now
        )
    return f"xinfeng={begun.secret}"


async def asked(opened: Graph, cookie: str, document: str, **given: Any) -> Any:
    return (await opened.post(document, given, cookie=cookie)).json()


SAME = [(name, read) for name, read in READS if name not in COUNTED_WITH_THEM]


@pytest.mark.parametrize(("name", "read"), SAME, ids=[name for name, _ in SAME])
async def test_a_session_reads_what_its_roles_read(
    opened: Graph, district: District, cookies: dict[str, str], name: str, read: Read
) -> None:
    for caller, cookie in cookies.items():
        answer = await asked(opened, cookie, read.document % district.ids)
        if caller not in read.selected_by:
            assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN"}, caller
        elif name == "indexFormulas":
            assert len(answer["data"]["it"]) > 0
        else:
            expected = read.found if caller in read.seen_by else read.nothing
            assert answer.get("data") == {"it": _filled(expected, district.ids)}, (caller, answer)


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_session_writes_what_its_roles_write(
    opened: Graph, district: District, cookies: dict[str, str], name: str
) -> None:
    row = MUTATIONS[name]
    input_type = next(iter(SCHEMA.mutation_type.fields[name].args.values())).type
    document = (
        f"mutation($input: {input_type}) {{ it: {name}(input: $input)"
        " { __typename ... on Problem { code path } } }"
    )
    for caller, cookie in cookies.items():
        given = await row.setup(district)
        before = await AuditEntry.all().count()
        told = (await asked(opened, cookie, document, input=given))["data"]["it"]
        outcome = f"{told['code']} {'.'.join(told['path'])}" if "code" in told else "done"
        assert outcome == OF_OTHERS.get(name, row.outcome(caller)), (caller, told)
        written = await AuditEntry.all().count() - before
        assert written == (row.entries if outcome == "done" else 0), caller


async def test_a_page_of_another_site_gets_nothing_with_it(
    opened: Graph, cookies: dict[str, str]
) -> None:
    for cookie in cookies.values():
        for origin in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            answer = await opened.post("{ network { id } }", None, cookie=cookie, **origin)
            assert answer.status == 403
            assert json.loads(answer.body)["errors"][0]["extensions"]["code"] == "CROSS_SITE"


def test_the_rows_say_something_of_these_callers() -> None:
    assert set(LIKE) <= EVERYBODY
