"""Roles, tokens and `viewer`, as each caller finds them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from domain.permissions import Permission
from tests.access_table.asking import asked
from tests.access_table.callers import CALLERS, DRAFTS
from tests.access_table.district import District, make_district
from tests.graph import Graph, graph


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> District:
    return await make_district()


ROLE = """mutation($input: GrantRoleInput!) { it: grantRole(input: $input) {
    ... on RoleGrantPayload { grant { id holderName organization { id } } } } }"""
END = """mutation($input: EndRoleInput!) { it: endRole(input: $input) {
    ... on RoleGrantPayload { grant { endedBy } } } }"""


async def test_a_role_holds_at_once_and_no_longer_than_to_its_end(
    opened: Graph, district: District
) -> None:
    document = f'{{ it: article(id: "{district.ids["draft"]}") {{ title }} }}'
    nothing, draft = {"data": {"it": None}}, {"data": {"it": {"title": "草稿"}}}

    async def seen() -> Any:
        answer = await asked(opened, district, "application", document)
        return {"data": answer["data"]}

    for _ in range(3):
        assert await seen() == nothing
        holder = f"Token:{district.numbers['application']}"
        new = {"role": "ANALYST", "holderId": holder, "organizationId": district.ids["root"]}
        answer = await asked(opened, district, "network", ROLE, input=new)
        grant = answer["data"]["it"]["grant"]
        assert (grant["holderName"], grant["organization"]["id"]) == (
            "application",
            district.ids["root"],
        )
        assert await seen() == draft
        assert await seen() == draft
        ended = await asked(opened, district, "network", END, input={"id": grant["id"]})
        assert ended["data"]["it"]["grant"]["endedBy"].startswith("network (Token:")
        assert await seen() == nothing


TOKENS = """{ it: tokens(first: 100) { nodes { id name scopes lastUsedAt revokedAt
    partner { id } roles { role } } } }"""
NEW_TOKEN = """mutation($input: CreateTokenInput!) { it: createToken(input: $input) {
    ... on CreateTokenPayload { secret token { id scopes expiresAt } } } }"""
REVOKE = """mutation($input: RevokeTokenInput!) { it: revokeToken(input: $input) {
    ... on TokenPayload { token { revokedAt } } } }"""


async def test_tokens_live_in_the_graph(opened: Graph, district: District) -> None:
    given = {
        "name": "应用",
        "scopes": ["WRITE"],
        "role": "AUTHOR",
        "organizationId": district.ids["here"],
    }
    made = (await asked(opened, district, "network", NEW_TOKEN, input=given))["data"]["it"]
    assert made["token"]["scopes"] == ["READ_PUBLIC", "READ_INTERNAL", "WRITE"]
    district.tokens["made"] = made["secret"]
    begun_at = datetime.now(UTC)
    who = await asked(opened, district, "made", "{ viewer { id roles { role } } }")
    assert who["data"]["viewer"] == {"id": made["token"]["id"], "roles": [{"role": "AUTHOR"}]}
    await opened.app.events.callers.uses.settled()
    text = json.dumps(await asked(opened, district, "network", TOKENS), ensure_ascii=False)
    assert made["secret"] not in text
    nodes = {node["id"]: node for node in json.loads(text)["data"]["it"]["nodes"]}
    node = nodes[made["token"]["id"]]
    assert node["roles"] == [{"role": "AUTHOR"}]
    assert datetime.fromisoformat(node["lastUsedAt"]) >= begun_at
    partner = nodes[f"Token:{district.numbers['partner']}"]
    assert partner["partner"] == {"id": district.ids["partner"]}
    revoked = await asked(opened, district, "network", REVOKE, input={"id": node["id"]})
    assert revoked["data"]["it"]["token"]["revokedAt"] is not None
    refused = await asked(opened, district, "made", "{ viewer { id } }")
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


WHO = """{ viewer { kind id name isAdministrator scopes roles { role organization { id } }
    permissions { organization { id } permissions } }
    organization(id: "%(here)s") { viewerPermissions } }"""


async def test_everybody_is_told_who_they_are(opened: Graph, district: District) -> None:
    told = {
        caller: (await asked(opened, district, caller, WHO % district.ids))["data"]
        for caller in CALLERS
    }
    assert {caller: each["viewer"]["kind"] for caller, each in told.items()} == {
        caller: "PARTNER" if "partner" in caller else "APPLICATION" for caller in CALLERS
    } | {"anonymous": "ANONYMOUS"}
    may = {caller: each["organization"]["viewerPermissions"] for caller, each in told.items()}
    drafts = {caller for caller, names in may.items() if "SEE_DRAFTS" in names}
    assert drafts == DRAFTS
    assert may["author"] == ["CREATE_ARTICLE", "EDIT_DRAFT", "SEE_DRAFTS", "UPLOAD_MEDIA"]
    assert may["author elsewhere"] == may["dispatcher"] == may["partner"] == []
    assert may["reader"] == ["SEE_DELIVERIES", "SEE_DRAFTS", "SEE_ROLES"]
    assert len(may["administrator"]) == len(may["network"]) == len(Permission)
    assert [caller for caller in CALLERS if told[caller]["viewer"]["isAdministrator"]] == [
        "network"
    ]
    here = {"organization": {"id": district.ids["here"]}}
    assert told["author"]["viewer"] == {
        "kind": "APPLICATION",
        "id": f"Token:{district.numbers['author']}",
        "name": f"author (Token:{district.numbers['author']})",
        "isAdministrator": False,
        "scopes": ["READ_PUBLIC", "READ_INTERNAL", "WRITE"],
        "roles": [{"role": "AUTHOR", **here}],
        "permissions": [{**here, "permissions": may["author"]}],
    }
    assert told["anonymous"]["viewer"] == {
        "kind": "ANONYMOUS",
        "id": None,
        "name": "anonymous",
        **{"isAdministrator": False, "scopes": [], "roles": [], "permissions": []},
    }
