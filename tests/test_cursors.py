"""Every page of a list can be followed by the next, whatever stands in the keys of its order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from domain.access import Role
from domain.articles import actions as articles
from domain.articles.actions import ArticleChanges
from domain.tokens.actions import create as create_token
from tests.graph import Graph, graph
from tests.rows import EDITOR, make_article, make_organization, make_world

NAMES = (
    "大兴　分中心",
    "👨\u200d👩\u200d👧 志愿家庭",
    "e\u0301 é",
    '"\\',
    "\u202eturned",
    "𠮷野家",
)
"""Names people give: wide spaces, joined emoji, marks that are not seen by themselves."""

BY_NAME = """query($after: String) { organizations(first: 1, orderBy: NAME, after: $after) {
    nodes { name } pageInfo { hasNextPage endCursor } } }"""
REVISIONS = """query($id: ID!, $after: String) { article(id: $id) {
    revisions(first: 2, after: $after) { totalCount nodes { number }
        pageInfo { hasNextPage endCursor } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as made:
        yield made


async def test_names_of_any_letters_can_be_paged_by(opened: Graph) -> None:
    for name in NAMES:
        await make_organization(name=name)
    seen: list[str] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        found = (await opened.ask(BY_NAME, after=page["endCursor"]))["organizations"]
        seen += [node["name"] for node in found["nodes"]]
        page = found["pageInfo"]
    unfolded = {*NAMES} - {"e\u0301 é"} | {"é é"}
    assert unfolded <= set(seen)
    assert seen == sorted(seen)


async def test_all_revisions_of_an_article_can_be_paged(opened: Graph) -> None:
    _, token = await create_token(EDITOR, "revisions", Role.ADMINISTRATOR, None)
    number = await make_article(await make_world())
    for version in range(1, 5):
        await articles.update(EDITOR, number, version, ArticleChanges(title=f"第{version}稿"))
    pages, after = [], None
    while True:
        asked = await opened.ask(REVISIONS, token=token, id=f"Article:{number}", after=after)
        found = asked["article"]["revisions"]
        pages.append([node["number"] for node in found["nodes"]])
        assert found["totalCount"] == 5
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
    assert pages == [[5, 4], [3, 2], [1]]
