"""The tree of categories: made, called otherwise, moved, removed; and articles filed under it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Role
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.audit.models import AuditEntry
from domain.categories import actions
from domain.categories.actions import NewCategory
from domain.categories.models import Category
from domain.categories.rules import DEEPEST, placed, slug_of
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.tokens.actions import create as create_token
from tests.graph import Graph, graph
from tests.rows import (
    EDITOR,
    NO_SUCH,
    STRANGER,
    World,
    make_article,
    make_category,
    make_world,
    refused,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(opened: Graph) -> World:
    return await make_world()


async def children(parent_id: int | None) -> list[tuple[str, int]]:
    rows = Category.filter(parent_id=parent_id).order_by("position")
    return [(row.name, row.position) for row in await rows]


async def test_they_stand_where_editors_place_them(world: World) -> None:
    top = await make_category("新闻")
    first, second = await make_category("一", top), await make_category("二", top)
    new = NewCategory(name="三", slug="third", parent_id=top, position=2)
    third = await actions.create(EDITOR, new)
    assert await children(top) == [("一", 1), ("三", 2), ("二", 3)]
    await actions.move(EDITOR, second, 1, top, 1)
    assert await children(top) == [("二", 1), ("一", 2), ("三", 3)]
    await actions.move(EDITOR, third, 1, first, None)
    row = await Category.get(id=third)
    assert (row.path, row.version) == (f"{top}.{first}.{third}", 2)
    assert [row.action for row in await AuditEntry.filter(subject=f"Category:{third}")] == [
        "category.create",
        "category.move",
    ]
    await actions.update(EDITOR, third, 2, "第三", None)
    row = await Category.get(id=third)
    assert (row.name, row.slug, row.version) == ("第三", "third", 3)


@given(st.sets(st.integers(1, 20), max_size=8).map(list), st.integers(1, 20), st.integers(1, 9))
def test_whoever_is_placed_stands_there_and_the_others_keep_their_order(
    ids: list[int], moved: int, position: int
) -> None:
    others = [each for each in ids if each != moved]
    assert placed(ids, moved, None) == [*others, moved]
    if position > len(others) + 1:
        with pytest.raises(Invalid, match="is from 1 to"):
            placed(ids, moved, position)
        return
    found = placed(ids, moved, position)
    assert found[position - 1] == moved
    assert [each for each in found if each != moved] == others


@pytest.mark.parametrize(
    ("name", "slug"), [("要闻", "要闻"), ("Local News!", "local-news"), ("……", "category")]
)
def test_a_slug_for_a_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


BAD: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"name": ""}, "name", "EMPTY"),
    ({"name": "字" * 65}, "name", "TOO_LONG"),
    ({"slug": "a/b"}, "slug", "INVALID_SLUG"),
    ({"position": 0}, "position", "INVALID_POSITION"),
    ({"position": 10_000}, "position", "INVALID_POSITION"),
)


@pytest.mark.parametrize(("wrong", "place", "code"), BAD)
async def test_what_cannot_be(world: World, wrong: dict[str, Any], place: str, code: str) -> None:
    async with refused(Invalid, place, code=code):
        await actions.create(EDITOR, NewCategory(**{"name": "x", "slug": "x-1", **wrong}))


async def test_the_tree_is_the_whole_networks_and_has_bounds(world: World) -> None:
    top = await make_category()
    below = await make_category("下", top)
    async with refused(Forbidden):
        await actions.create(STRANGER, NewCategory(name="x"))
    async with refused(Forbidden):
        await actions.remove(STRANGER, below, 1)
    async with refused(NotFound, "parent_id"):
        await actions.create(EDITOR, NewCategory(name="x", parent_id=NO_SUCH))
    async with refused(Invalid, "parent_id", code="CYCLE"):
        await actions.move(EDITOR, top, 1, below, None)
    async with refused(Invalid, "parent_id", code="CYCLE"):
        await actions.move(EDITOR, top, 1, top, None)
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await actions.move(EDITOR, below, 2, None, None)
    async with refused(Conflict, "slug", code="TAKEN"):
        row = await Category.get(id=below)
        await actions.create(EDITOR, NewCategory(name="又", slug=row.slug))
    chain = [await make_category("1")]
    for level in range(2, DEEPEST + 1):
        chain.append(await make_category(str(level), chain[-1]))
    async with refused(Invalid, "parent_id", code="TOO_DEEP"):
        await make_category("9", chain[-1])
    async with refused(Invalid, "parent_id", code="TOO_DEEP"):
        await actions.move(EDITOR, top, 1, chain[-2], None)


async def test_what_is_used_stays(world: World) -> None:
    """By what stands below it, by an article, by a draft beside something public; then no more."""
    top = await make_category()
    used = await make_category("用", top)
    article = await make_article(world, category_id=f"Category:{top}")
    await articles.publish(EDITOR, article, 1)
    async with refused(Conflict, "id", code="HAS_CHILDREN"):
        await actions.remove(EDITOR, top, 1)
    changes = articles.ArticleChanges(category_id=f"Category:{used}")
    await articles.update(EDITOR, article, 2, changes)
    async with refused(Conflict, "id", code="IN_USE"):
        await actions.remove(EDITOR, used, 1)
    await articles.update(EDITOR, article, 3, articles.ArticleChanges(category_id=""))
    await actions.remove(EDITOR, used, 1)
    assert await Category.filter(id=used).exists() is False
    async with refused(Conflict, "id", code="IN_USE"):
        await actions.remove(EDITOR, top, 1)
    await articles.restore(EDITOR, article, 4, 2, "")
    await articles.publish(EDITOR, article, 5)
    assert (await Article.get(id=article)).category_id is None


async def test_an_article_is_filed_under_what_is_there(world: World) -> None:
    article = await make_article(world)
    for wrong in (f"Category:{NO_SUCH}", "Category:999999"):
        async with refused(NotFound, "category_id"):
            changes = articles.ArticleChanges(category_id=wrong)
            await articles.update(EDITOR, article, 1, changes)
        async with refused(NotFound, "category_id"):
            await make_article(world, category_id=wrong)


async def test_two_moves_that_would_make_a_circle(world: World) -> None:
    one, two = await make_category(), await make_category()
    both = (actions.move(EDITOR, one, 1, two, None), actions.move(EDITOR, two, 1, one, None))
    found = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Invalid", "NoneType"]


TREE = """query($id: ID!, $slug: String) { category(slug: $slug) {
    name path position parent { name } ancestors { name } children { totalCount nodes { name } }
    articles(orderBy: OLDEST) { totalCount nodes { title category { path } } } }
  articles(filter: {inCategory: $id}, orderBy: OLDEST) { totalCount nodes { title } } }"""
MOVE = """mutation($input: MoveCategoryInput!) { it: moveCategory(input: $input) {
    ... on CategoryPayload { category { version path } } ... on Problem { code path } } }"""


async def test_the_graph_shows_the_tree_and_what_is_filed_below(
    opened: Graph, world: World
) -> None:
    top = await make_category("文化")
    middle = await make_category("曲艺", top)
    lowest = await make_category("京剧", middle)
    slug = (await Category.get(id=middle)).slug
    for number, title in ((middle, "甲"), (lowest, "乙"), (top, "丙"), (lowest, "稿")):
        article = await make_article(world, title=title, category_id=f"Category:{number}")
        if title != "稿":
            await articles.publish(EDITOR, article, 1)
    found = await opened.ask(TREE, id=f"Category:{top}", slug=slug)
    assert found["category"] == {
        "name": "曲艺",
        "path": ["文化", "曲艺"],
        "position": 1,
        "parent": {"name": "文化"},
        "ancestors": [{"name": "文化"}],
        "children": {"totalCount": 1, "nodes": [{"name": "京剧"}]},
        "articles": {
            "totalCount": 2,
            "nodes": [
                {"title": "甲", "category": {"path": ["文化", "曲艺"]}},
                {"title": "乙", "category": {"path": ["文化", "曲艺", "京剧"]}},
            ],
        },
    }
    titles = [{"title": title} for title in "甲乙丙"]
    assert found["articles"] == {"totalCount": 3, "nodes": titles}
    _, token = await create_token(EDITOR, "desk", Role.ADMINISTRATOR, None)
    moved = await opened.ask(
        MOVE, token=token, input={"id": f"Category:{lowest}", "version": 1, "position": 1}
    )
    assert moved["it"] == {"category": {"version": 2, "path": ["京剧"]}}
    found = await opened.ask(TREE, id=f"Category:{top}", slug=slug)
    assert [each["title"] for each in found["category"]["articles"]["nodes"]] == ["甲"]
