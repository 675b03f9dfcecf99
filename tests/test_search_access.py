"""Nobody finds what they may not see: in no hit, count, snippet or cursor, however they ask."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from domain.articles import actions as articles
from domain.search.actions import set_synonyms
from tests.access_table.district import District, make_district
from tests.graph import Graph, graph
from tests.rows import EDITOR, make_article

CANARY = "鹤望兰"
EVERYTHING = """query($text: String!, $filter: SearchFilter, $first: Int = 50) {
    search(query: $text, filter: $filter, first: $first, asYouType: true) {
        totalCount pageInfo { hasNextPage startCursor endCursor }
        edges { cursor node { score snippets { part html } subject { __typename
            ... on Node { id } ... on Article { title summary body tags } } } }
    } }"""
NOTHING = {
    "totalCount": 0,
    "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None},
    "edges": [],
}
WAYS = (
    "鹤望兰",
    "鹤望",
    "鹤望兰 花园",
    "“鹤望兰盛开”",
    "鹤*",
    "和忘蓝",
    "鹤望兰 OR 没有",
    "异名",
    "heron*",
)


@dataclass
class Hidden:
    graph: Graph
    district: District
    draft: int
    withdrawn: int
    beside: int

    async def ask(self, text: str, caller: str, **given: Any) -> Any:
        token = self.district.tokens[caller]
        return (await self.graph.ask(EVERYTHING, token=token, text=text, **given))["search"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hidden(database_url: str) -> AsyncIterator[Hidden]:
    """A draft, an article that was taken back, and a public one with a draft beside it."""
    async with graph(database_url) as opened:
        district = await make_district()
        texts = {
            "title": "鹤望兰盛开",
            "summary": f"花园里的{CANARY}",
            "body": f"<p>{CANARY} heron</p>",
            "tags": [CANARY],
        }
        draft = await make_article(district.here, **texts)
        withdrawn = await make_article(district.here, **texts)
        await articles.publish(EDITOR, withdrawn, 1)
        await articles.withdraw(EDITOR, withdrawn, 2)
        beside = await make_article(district.here, title="寻常")
        await articles.publish(EDITOR, beside, 1)
        changes = articles.ArticleChanges(title="鹤望兰盛开", summary=CANARY)
        await articles.update(EDITOR, beside, 2, changes)
        await set_synonyms(EDITOR, "异名", [CANARY])
        yield Hidden(opened, district, draft, withdrawn, beside)


STRANGERS = (
    "anonymous",
    "application",
    "public",
    "author elsewhere",
    "administrator elsewhere",
    "dispatcher",
    "partner",
    "partner elsewhere",
)


@pytest.mark.parametrize("text", WAYS)
async def test_strangers_find_nothing_hidden(hidden: Hidden, text: str) -> None:
    for caller in STRANGERS:
        assert await hidden.ask(text, caller) == NOTHING, caller
        for filter_ in ({"tag": CANARY}, {"kind": "ARTICLE"}):
            assert await hidden.ask(text, caller, filter=filter_) == NOTHING, (caller, filter_)


@pytest.mark.parametrize("text", WAYS)
async def test_who_sees_drafts_finds_them(hidden: Hidden, text: str) -> None:
    """And of a public article nobody finds what is only in the draft beside it."""
    expected = {f"Article:{hidden.draft}", f"Article:{hidden.withdrawn}"}
    for caller in (Role.AUTHOR.value.lower(), "reader"):
        found = await hidden.ask(text, caller)
        assert {edge["node"]["subject"]["id"] for edge in found["edges"]} == expected
        assert found["totalCount"] == 2


async def test_a_score_tells_nothing_of_hidden_ones(hidden: Hidden) -> None:
    """What strangers are shown is the same whether there is something hidden or not."""
    before = await hidden.ask("寻常", "anonymous")
    (edge,) = before["edges"]
    assert edge["node"]["subject"]["id"] == f"Article:{hidden.beside}"
    extra = await make_article(hidden.district.here, title="寻常寻常", body="<p>寻常</p>")
    assert await hidden.ask("寻常", "anonymous") == before
    assert (await hidden.ask("寻常", "author"))["totalCount"] == 2
    cursor = json.loads(base64.b64decode(edge["cursor"]))
    assert cursor[0] == "FOUND"
    assert len(cursor) == 3
    await articles.publish(EDITOR, extra, 1)
    assert (await hidden.ask("寻常", "anonymous"))["totalCount"] == 2
    await articles.withdraw(EDITOR, extra, 2)
    assert await hidden.ask("寻常", "anonymous") == before


SYNONYMS = """mutation($word: String!, $synonyms: [String!]!) {
    setSearchSynonyms(input: {word: $word, synonyms: $synonyms}) {
        ... on SearchSynonymPayload { synonym { id word synonyms } }
        ... on Problem { code path } } }"""
REMOVAL = """mutation($id: ID!) { removeSearchSynonyms(input: {id: $id}) {
    ... on RemovedSearchSynonymPayload { id } ... on Problem { code path } } }"""


async def test_synonyms_hold_from_the_next_search_on(hidden: Hidden) -> None:
    token = hidden.district.tokens["network"]
    assert await hidden.ask("别称", "anonymous") == NOTHING
    given = {"word": "别称", "synonyms": ["寻常"]}
    answer = await hidden.graph.ask(SYNONYMS, token=token, **given)
    entry = answer["setSearchSynonyms"]["synonym"]
    assert {name: entry[name] for name in given} == given
    assert (await hidden.ask("别称", "anonymous"))["totalCount"] == 1
    removed = await hidden.graph.ask(REMOVAL, token=token, id=entry["id"])
    assert removed == {"removeSearchSynonyms": {"id": entry["id"]}}
    assert await hidden.ask("别称", "anonymous") == NOTHING
    refused = await hidden.graph.ask(REMOVAL, token=token, id=entry["id"])
    assert refused == {"removeSearchSynonyms": {"code": "NOT_FOUND", "path": ["input", "id"]}}
