"""Posts: registered once, counted in the right place, seen only when their article is."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tortoise.connection import get_connection

from domain.articles import actions as articles
from domain.partners.rules import Platform
from domain.posts import actions
from domain.posts.access import visible
from domain.posts.models import Post
from domain.posts.rules import organization_of
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.pulling.models import PostPull
from tests.rows import (
    EDITOR,
    NO_SUCH,
    NOW,
    STRANGER,
    derive,
    known_posts,
    make_article,
    make_campaign,
    make_organization,
    make_post,
    make_world,
    refused,
    wrong_figures,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("article", "campaign", "expected"), [(1, 2, 1), (1, None, 1), (None, 2, 2), (None, None, 3)]
)
def test_where_a_post_counts(article: int | None, campaign: int | None, expected: int) -> None:
    assert organization_of(article=article, campaign=campaign, partner=3) == expected


async def test_a_post_of_an_article_and_of_a_campaign() -> None:
    world = await make_world()
    campaign = await make_campaign(await make_organization())
    article = await make_article(world)
    post = await make_post(
        world.account_id,
        article_id=article,
        campaign_id=campaign,
        url="https://weibo.com/1/N",
        title=" 转发 ",
    )
    row = await Post.get(id=post)
    assert (row.article_id, row.campaign_id) == (article, campaign)
    assert (row.organization_id, row.title) == (world.organization_id, "转发")
    assert (row.url, row.posted_at) == ("https://weibo.com/1/N", NOW)
    await derive()
    assert await known_posts("ARTICLE", article) == 1
    assert await known_posts("CAMPAIGN", campaign) == 1
    assert await wrong_figures() == []


@pytest.mark.parametrize("platform", [Platform.WEIBO, Platform.OTHER])
async def test_a_post_is_due_at_once_should_its_platform_have_an_adapter(
    platform: Platform,
) -> None:
    world = await make_world(platform)
    post = await make_post(world.account_id)
    rows = await PostPull.filter(post_id=post).values_list("account_id", "next_at", "missed")
    assert rows == [(world.account_id, NOW, 0)]


async def test_a_second_post_of_the_same_external_id_is_a_conflict() -> None:
    world = await make_world()
    await make_post(world.account_id, external_id="4711")
    async with refused(Conflict, "external_id", code="TAKEN"):
        await make_post(world.account_id, external_id=" 4711 ")
    other = await make_world()
    await make_post(other.account_id, external_id="4711")


async def test_of_the_same_post_twice_at_once_one_is_registered() -> None:
    world = await make_world()
    outcomes = await asyncio.gather(
        *(make_post(world.account_id, external_id="12") for _ in range(3)), return_exceptions=True
    )
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert [refusal.path for refusal in refusals] == [("external_id",)] * 2
    assert await Post.filter(account_id=world.account_id).count() == 1


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("external_id", "", "EMPTY"),
        ("external_id", "a\x00", "INVALID_TEXT"),
        ("external_id", "x" * 201, "TOO_LONG"),
        ("title", "\ud800", "INVALID_TEXT"),
        ("url", "javascript:alert(1)", "INVALID_URL"),
        ("url", "https://x.example/" + "x" * 1000, "TOO_LONG"),
        ("posted_at", NOW + timedelta(minutes=6), "FUTURE"),
        ("posted_at", NOW.replace(tzinfo=None), "INVALID_TIME"),
    ],
)
async def test_what_a_post_may_not_be(place: str, value: object, code: str) -> None:
    world = await make_world()
    async with refused(Invalid, place, code=code):
        await make_post(world.account_id, **{place: value})


async def test_what_a_post_belongs_to_must_be_there() -> None:
    world = await make_world()
    for place in ("account_id", "article_id", "campaign_id"):
        async with refused(NotFound, place):
            given = {"account_id": world.account_id, place: NO_SUCH}
            await make_post(given.pop("account_id"), **given)
    new = actions.NewPost(account_id=world.account_id, external_id="x", posted_at=NOW)
    async with refused(Forbidden):
        await actions.register(STRANGER, new)


# who sees it


async def public(post: int) -> bool:
    return bool((await Post.get(id=post)).public)


async def test_a_post_is_public_while_its_article_is() -> None:
    world = await make_world()
    article = await make_article(world)
    post = await make_post(world.account_id, article_id=article)
    free = await make_post(world.account_id)
    assert (await public(post), await public(free)) == (False, True)
    await articles.publish(EDITOR, article, 1)
    assert await public(post)
    late = await make_post(world.account_id, article_id=article)
    assert await public(late)
    await articles.withdraw(EDITOR, article, 2)
    assert [await public(post), await public(late), await public(free)] == [False, False, True]


async def test_the_database_writes_what_is_public_whatever_anybody_says() -> None:
    world = await make_world()
    post = await make_post(world.account_id, article_id=await make_article(world))
    await Post.filter(id=post).update(public=True)
    assert not await public(post)
    await Post.filter(id=post).update(article_id=None)
    assert await public(post)
    await Post.filter(id=post).update(article_id=await make_article(world))
    assert not await public(post)


async def test_a_post_that_comes_while_its_article_is_withdrawn_is_hidden() -> None:
    world = await make_world()
    for _ in range(5):
        article = await make_article(world)
        await articles.publish(EDITOR, article, 1)
        post, _done = await asyncio.gather(
            make_post(world.account_id, article_id=article), articles.withdraw(EDITOR, article, 2)
        )
        assert not await public(post)


async def test_who_sees_which_posts() -> None:
    world = await make_world()
    await make_post(world.account_id, article_id=await make_article(world), external_id="hidden")
    await make_post(world.account_id, external_id="free")
    seen = {}
    for name, viewer in (("anonymous", STRANGER.viewer), ("administrator", EDITOR.viewer)):
        rows = await get_connection("default").execute_query_dict(
            f"SELECT external_id FROM post p WHERE account_id = {world.account_id}"
            f" AND {visible(viewer).sql.format(row='p')} ORDER BY id"
        )
        seen[name] = [row["external_id"] for row in rows]
    assert seen == {"anonymous": ["free"], "administrator": ["hidden", "free"]}


async def test_a_repost_points_to_where_it_all_began() -> None:
    world = await make_world()
    original = await make_post(world.account_id)
    repost = await make_post(world.account_id, repost_of_id=original)
    again = await make_post(world.account_id, repost_of_id=repost)
    assert (await Post.get(id=repost)).repost_of_id == original
    assert (await Post.get(id=again)).repost_of_id == original


async def test_a_repost_of_nothing_or_of_another_platform_is_refused() -> None:
    world, other = await make_world(), await make_world(Platform.WECHAT)
    elsewhere = await make_post(other.account_id)
    async with refused(NotFound, "repost_of_id"):
        await make_post(world.account_id, repost_of_id=NO_SUCH)
    async with refused(Invalid, "repost_of_id"):
        await make_post(world.account_id, repost_of_id=elsewhere)
