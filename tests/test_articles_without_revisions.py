"""A row that was written past the application, without a revision, is refused in words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.access import Role
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.problems import Conflict
from domain.tokens import actions as tokens
from tests.engagement_district import article
from tests.graph import Graph, graph
from tests.rows import EDITOR, make_world, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLISH = """mutation($input: PublishArticleInput!) { publishArticle(input: $input) {
    __typename ... on Problem { code message path } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as made:
        yield made


async def test_it_is_not_published(opened: Graph) -> None:
    world = await make_world()
    number = await article("past-us", world.organization_id, world.person_id)
    async with refused(Conflict, "id", code="NO_REVISION"):
        await articles.publish(EDITOR, number, 1)
    _, token = await tokens.create(EDITOR, "editor", Role.ADMINISTRATOR, None)
    given = {"id": f"Article:{number}", "version": 1}
    answer = await opened.ask(PUBLISH, token=token, input=given)
    assert answer["publishArticle"] == {
        "__typename": "Conflict",
        "code": "NO_REVISION",
        "message": "nothing was saved of this: it has no revision",
        "path": ["input", "id"],
    }
    assert (await Article.get(id=number)).published_at is None
