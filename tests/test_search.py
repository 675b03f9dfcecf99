"""Searching over HTTP: what is found, how it is marked and narrowed, in one statement."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain.articles import actions as articles
from domain.articles.models import Article
from domain.search.actions import set_synonyms
from domain.search.actions.rebuild import rebuild
from tests.graph import Graph, graph
from tests.rows import (
    EDITOR,
    NOW,
    make_account,
    make_article,
    make_campaign,
    make_category,
    make_organization,
    make_partner,
    make_world,
)

TITLES = """query($text: String!, $filter: SearchFilter, $first: Int = 20, $after: String,
    $typing: Boolean = false) {
    search(query: $text, filter: $filter, first: $first, after: $after, asYouType: $typing) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { subject {
            ... on Article { title } ... on Campaign { title }
            ... on Partner { name } ... on Organization { name } } }
    } }"""

ARTICLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("志愿者走进社区", {"body": "<p>清晨，王阿姨在花园里浇水。</p>", "tags": ["公益"]}),
    ("花园里的音乐会", {"summary": "志愿者搭起舞台", "category_id": "Category:2"}),
    ("ChatGPT writes a poem", {"body": "<p>Volunteers were running &lt;b&gt; home.</p>"}),
    ("臺灣同胞參訪文明實踐站", {"body": "<p>他们在文明礼仪的实践课上。</p>"}),
    ("文明实践活动在京启动", {}),
    ("雷佳音新剧开播", {}),
    ("高校招生考试今日举行", {}),
)


@dataclass
class Finder:
    graph: Graph
    home: int
    branch: int
    ids: dict[str, int]

    async def page(self, query: str, **given: Any) -> Any:
        return (await self.graph.ask(TITLES, text=query, **given))["search"]

    async def names(self, query: str, **given: Any) -> list[str]:
        nodes = (await self.page(query, **given))["nodes"]
        return [next(iter(node["subject"].values())) for node in nodes]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def finder(database_url: str) -> AsyncIterator[Finder]:
    async with graph(database_url) as opened:
        world = await make_world()
        ids = {}
        await make_category("民乐", await make_category("艺术"))
        for at, (title, given) in enumerate(ARTICLES):
            ids[title] = id_ = await make_article(world, title=title, **given)
            await articles.publish(EDITOR, id_, 1)
            moment = NOW - timedelta(days=at)
            await Article.filter(id=id_).update(published_at=moment, listed_at=moment)
        branch = await make_organization(world.organization_id, "黄村文明实践所")
        await make_account(await make_partner(branch, "大兴播报"))
        await make_campaign(branch)
        await set_synonyms(EDITOR, "高考", ["高校招生考试"])
        await rebuild(lambda done, of: None)
        yield Finder(opened, world.organization_id, branch, ids)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("花园", ["花园里的音乐会", "志愿者走进社区"]),
        ("志愿者 花园", ["志愿者走进社区", "花园里的音乐会"]),
        ("花园 -音乐会", ["志愿者走进社区"]),
        ("“文明实践”", ["黄村文明实践所", "文明实践活动在京启动", "臺灣同胞參訪文明實踐站"]),
        ("台湾", ["臺灣同胞參訪文明實踐站"]),
        ("volunteer", ["ChatGPT writes a poem"]),
        ("ＣＨＡＴgpt", ["ChatGPT writes a poem"]),
        ("chatg*", ["ChatGPT writes a poem"]),
        ("雷加音", ["雷佳音新剧开播"]),
        ("高考", ["高校招生考试今日举行"]),
        ("音乐会 OR 招生", ["花园里的音乐会", "高校招生考试今日举行"]),
        ("huangcun", ["大兴播报", "黄村博主"]),
        ("网上志愿服务", ["网上志愿服务"]),
        ("没有这样的东西", []),
        ("的", []),
        ("", []),
        ("-花园", []),
    ],
)
async def test_what_is_asked_for_is_found(finder: Finder, query: str, found: list[str]) -> None:
    assert (await finder.names(query))[: len(found) or None] == found


async def test_a_phrase_is_not_its_words(finder: Finder) -> None:
    """The words stand in a body there, but apart."""
    assert "臺灣同胞參訪文明實踐站" in await finder.names("礼仪 文明 实践")
    assert await finder.names("“礼仪实践”") == []


async def test_the_last_word_may_be_a_beginning(finder: Finder) -> None:
    assert await finder.names("volunt poe") == []
    assert await finder.names("volunteers poe", typing=True) == ["ChatGPT writes a poem"]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"kind": "ARTICLE"}, {"臺灣同胞參訪文明實踐站", "文明实践活动在京启动"}),
        ({"kind": "ORGANIZATION"}, {"黄村文明实践所"}),
        ({"within": "%(branch)s"}, {"黄村文明实践所"}),
        (
            {"publishedSince": "2026-02-25T00:00:00Z"},
            {"文明实践活动在京启动", "臺灣同胞參訪文明實踐站"},
        ),
        ({"publishedBefore": "2026-02-26T00:00:00Z"}, {"文明实践活动在京启动"}),
        ({"inCategory": "Category:2"}, set()),
        ({"tag": "公益"}, set()),
    ],
)
async def test_what_is_found_is_narrowed(
    finder: Finder, filter_: dict[str, str], found: set[str]
) -> None:
    ids = {"branch": f"Organization:{finder.branch}"}
    given = {name: value % ids for name, value in filter_.items()}
    page = await finder.page("文明实践", filter=given)
    assert set(await finder.names("文明实践", filter=given)) == found
    assert page["totalCount"] == len(found)
    assert await finder.names("花园", filter={"tag": "公益"}) == ["志愿者走进社区"]


@pytest.mark.parametrize("category", ["Category:1", "Category:2"])
async def test_by_a_category_and_what_is_above_it(finder: Finder, category: str) -> None:
    assert await finder.names("花园", filter={"inCategory": category}) == ["花园里的音乐会"]
    assert await finder.names("民乐") == await finder.names("艺术") == ["花园里的音乐会"]


async def test_pages_meet_without_gap_or_repetition(finder: Finder) -> None:
    whole = await finder.names("志愿 OR 文明 OR 花园")
    assert len(whole) >= 6
    for first in (1, 2, 5):
        seen: list[str] = []
        after: str | None = None
        while True:
            given = {"first": first, "after": after}
            page = await finder.page("志愿 OR 文明 OR 花园", **given)
            seen += [next(iter(node["subject"].values())) for node in page["nodes"]]
            assert page["totalCount"] == len(whole)
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen == whole


async def test_words_are_marked_in_safe_html(finder: Finder) -> None:
    query = """query($text: String!) { search(query: $text, first: 1) {
        nodes { score snippets { part html } subject { __typename ... on Node { id } } } } }"""
    finder.graph.statements.clear()
    (hit,) = (await finder.graph.ask(query, text="volunteers"))["search"]["nodes"]
    assert len(finder.graph.statements) == 1
    assert hit["subject"] == {
        "__typename": "Article",
        "id": f"Article:{finder.ids['ChatGPT writes a poem']}",
    }
    assert 0 < hit["score"] < 1
    (snippet,) = hit["snippets"]
    assert snippet["part"] == "BODY"
    assert "<mark>Volunteers</mark> were running &lt;b&gt; home." in snippet["html"].replace(
        "&amp;lt;b&amp;gt;", "&lt;b&gt;"
    )
    (hit,) = (await finder.graph.ask(query, text="台湾"))["search"]["nodes"]
    assert hit["snippets"] == [{"part": "TITLE", "html": "<mark>臺灣</mark>同胞參訪文明實踐站"}]
    (hit,) = (await finder.graph.ask(query, text="雷加音"))["search"]["nodes"]
    assert hit["snippets"] == []


async def test_a_query_has_a_length(finder: Finder) -> None:
    error = await finder.graph.error(TITLES, text="长" * 201)
    assert error["message"] == "`query` is longer than 200 characters"
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    error = await finder.graph.error(TITLES, text="nul \0")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    error = await finder.graph.error(TITLES, text="花园", after="no cursor")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
