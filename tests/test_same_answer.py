"""What is not there and what is not yours cannot be told apart: the same statements are issued, and
the answers are equal to the byte. A failure tells nothing of how things are inside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.reader import Reader
from domain.secrets import SecretBox
from domain.tokens.actions import create
from domain.webhooks import actions as webhooks
from domain.webhooks.rules import WebhookEventType
from tests.graph import KEY, Graph, graph
from tests.rows import EDITOR, make_article, make_organization, make_post, make_world

ABSENT = 987_654_321


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hidden(opened: Graph) -> dict[str, int]:
    """Rows that a stranger does not see, by type."""
    world = await make_world()
    article = await make_article(world, title="草稿")
    new = webhooks.NewEndpoint(
        url="https://example.org/hook",
        events=[WebhookEventType.ARTICLE_PUBLISHED],
        secret=webhooks.new_secret(lambda size: b"x" * size),
    )
    return {
        "Article": article,
        "Post": await make_post(world.account_id, article_id=article),
        "WebhookEndpoint": await webhooks.register(EDITOR, new, SecretBox((KEY,))),
        "AuditEntry": 1,
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elsewhere(hidden: dict[str, int]) -> str:
    """The token of an application that is an author at another organization."""
    other = await make_organization(name="别处")
    act = Act(SYSTEM, datetime.now(UTC))
    return (await create(act, "elsewhere", Role.AUTHOR, None, organization_id=other))[1]


ASKED = [
    ("Article", "query($id: ID!) { node(id: $id) { id __typename } }"),
    ("Article", "query($id: ID!) { nodes(ids: [$id, $id]) { id } }"),
    ("Article", "query($id: ID!) { article(id: $id) { title body posts { nodes { id } } } }"),
    ("Article", "query($id: ID!) { posts(filter: {articleId: $id}) { nodes { id } totalCount } }"),
    ("Article", "query($id: ID!) { engagementSeries(id: $id) { points { value } } }"),
    ("Post", "query($id: ID!) { post(id: $id) { url reads { value } article { id } } }"),
    ("Post", "query($id: ID!) { node(id: $id) { ... on Post { account { handle } } } }"),
    ("WebhookEndpoint", "query($id: ID!) { node(id: $id) { id } }"),
    ("AuditEntry", "query($id: ID!) { node(id: $id) { ... on AuditEntry { actor } } }"),
]


@pytest.mark.parametrize(("type_name", "query"), ASKED)
@pytest.mark.parametrize("by", ["stranger", "elsewhere"])
async def test_the_same_statement_and_the_same_answer(
    opened: Graph, hidden: dict[str, int], elsewhere: str, type_name: str, query: str, by: str
) -> None:
    headers = {"authorization": f"Bearer {elsewhere}"} if by == "elsewhere" else {}
    found = []
    for number in (hidden[type_name], ABSENT):
        before = len(opened.statements)
        variables = {"id": f"{type_name}:{number}"}
        answer = await opened.post(query, variables, **headers)
        given = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("x-request-id", "server-timing") and "ratelimit" not in name
        }
        found.append((opened.statements[before:], answer.status, answer.body, given))
    assert found[0] == found[1]
    assert len(found[0][0]) == 1


CHANGED: list[tuple[str, str, dict[str, Any]]] = [
    ("publishArticle", "PublishArticleInput", {"version": 1}),
    ("updateArticle", "UpdateArticleInput", {"version": 1, "title": "新"}),
    ("withdrawArticle", "ArticleVersionInput", {"version": 1}),
]


@pytest.mark.parametrize(("field", "type_", "given"), CHANGED)
async def test_a_change_is_refused_in_the_same_words(
    opened: Graph,
    hidden: dict[str, int],
    elsewhere: str,
    field: str,
    type_: str,
    given: dict[str, Any],
) -> None:
    query = f"""mutation($input: {type_}!) {{ {field}(input: $input) {{
        __typename ... on Problem {{ code message path }} }} }}"""
    refusals = [
        await opened.ask(query, token=elsewhere, input={**given, "id": f"Article:{number}"})
        for number in (hidden["Article"], ABSENT)
    ]
    assert refusals[0] == refusals[1]
    assert next(iter(refusals[0].values()))["code"] in ("NOT_FOUND", "FORBIDDEN")


async def test_a_failure_tells_nothing_of_the_inside(
    opened: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: Any) -> Any:
        raise RuntimeError('SELECT secret FROM "/var/lib/inside" at asyncpg.connection')

    monkeypatch.setattr(Reader, "row", fail)
    fresh = {"cache-control": "no-cache"}
    answer = await opened.post("{ network { id counts { posts } } }", None, **fresh)
    request_id = answer.headers["x-request-id"]
    assert answer.json()["errors"] == [
        {
            "message": f"something went wrong; request {request_id}",
            "extensions": {"code": "INTERNAL"},
        }
    ]
