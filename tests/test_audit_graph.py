"""Administrators read the audit trail in the graph, by who, what, whom, when and which request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.audit.models import AuditEntry, AuditLink
from domain.tokens.actions import create
from tests.graph import Graph, graph
from tests.rows import World, make_world

ENTRIES = """query($filter: AuditEntryFilter, $orderBy: AuditEntryOrder! = OLDEST) {
  auditEntries(filter: $filter, orderBy: $orderBy) { totalCount nodes {
    id actor actorId action subject before after requestId link { position previous hash } } } }"""
WRITE = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
  ... on ArticlePayload { article { id } } } }"""
NODE = "query($id: ID!) { node(id: $id) { ... on AuditEntry { action } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(opened: Graph) -> str:
    return (await create(Act(SYSTEM, datetime.now(UTC)), "desk", Role.ADMINISTRATOR, None))[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(token: str) -> World:
    return await make_world()


async def test_what_a_request_did_is_found_by_its_id(
    opened: Graph, token: str, world: World
) -> None:
    article = {
        "title": "文章",
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    headers = {"authorization": f"Bearer {token}", "x-request-id": "from-the-desk"}
    written = (await opened.post(WRITE, {"input": article}, **headers)).json()
    id_ = written["data"]["createArticle"]["article"]["id"]
    found = await opened.ask(ENTRIES, token=token, filter={"requestId": "from-the-desk"})
    (entry,) = found["auditEntries"]["nodes"]
    row = await AuditEntry.get(request_id="from-the-desk")
    link = await AuditLink.get(entry_id=row.id)
    assert '"slug": "文章"' in entry.pop("after")
    assert entry == {
        "id": f"AuditEntry:{row.id}",
        "actor": "desk (Token:1)",
        "actorId": "Token:1",
        "action": "article.create",
        "subject": id_,
        "before": None,
        "requestId": "from-the-desk",
        "link": {
            "position": link.position,
            "previous": bytes(link.previous).hex(),
            "hash": bytes(link.hash).hex(),
        },
    }
    assert await opened.ask(NODE, token=token, id=entry["id"]) == {
        "node": {"action": "article.create"}
    }
    assert await opened.ask(NODE, id=entry["id"]) == {"node": None}


@pytest.mark.parametrize(
    ("filter_", "actions"),
    [
        ({"actorId": "Token:1"}, ["article.create"]),
        ({"actor": "desk (Token:1)"}, ["article.create"]),
        ({"action": "organization.create"}, ["organization.create"]),
        ({"actorId": "User:1", "action": "article.create"}, []),
        ({"happenedBefore": "2026-03-01T04:00:00Z"}, []),
        (
            {"happenedBefore": "2026-03-01T04:00:00.000001Z", "actorId": "User:1"},
            ["organization.create", "partner.register", "person.create", "account.register"],
        ),
        ({"happenedSince": "2200-01-01T00:00:00Z"}, []),
    ],
)
async def test_it_is_narrowed(
    opened: Graph, token: str, world: World, filter_: dict[str, Any], actions: list[str]
) -> None:
    found = (await opened.ask(ENTRIES, token=token, filter=filter_))["auditEntries"]
    assert [entry["action"] for entry in found["nodes"]] == actions
    assert found["totalCount"] == len(actions)


async def test_others_may_not_ask(opened: Graph, token: str, world: World) -> None:
    assert (await opened.error(ENTRIES))["extensions"] == {"code": "FORBIDDEN"}
    whole = (await opened.ask(ENTRIES, token=token, orderBy="NEWEST"))["auditEntries"]
    assert whole["totalCount"] == await AuditEntry.all().count()
