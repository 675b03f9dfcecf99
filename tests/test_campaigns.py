"""Campaigns, and the posts that join them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.campaigns.actions import NewCampaign, create
from domain.campaigns.models import Campaign
from domain.posts.actions import assign
from domain.posts.models import Post
from domain.problems import Forbidden, Invalid, NotFound
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

END = NOW + timedelta(days=30)


def new(organization_id: int) -> NewCampaign:
    return NewCampaign(
        title="网上志愿服务",
        organization_id=organization_id,
        starts_at=NOW,
        ends_at=END,
        goal_reads=3_200_000_000,
    )


async def test_a_campaign_has_a_period_and_a_goal() -> None:
    home = await make_organization()
    row = await Campaign.get(id=await create(EDITOR, new(home)))
    assert (row.title, row.starts_at, row.ends_at) == ("网上志愿服务", NOW, END)
    assert (row.goal_reads, row.version, row.created_at) == (3_200_000_000, 1, NOW)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("title", "", "EMPTY"),
        ("title", "\x00", "INVALID_TEXT"),
        ("summary", "\ud800", "INVALID_TEXT"),
        ("ends_at", NOW, "INVALID_PERIOD"),
        ("ends_at", NOW - timedelta(days=1), "INVALID_PERIOD"),
        ("ends_at", datetime(9999, 12, 31, tzinfo=UTC), "INVALID_TIME"),
        ("starts_at", datetime(2026, 3, 1), "INVALID_TIME"),  # noqa: DTZ001 - naive on purpose
        ("goal_reads", 0, "OUT_OF_RANGE"),
        ("goal_reads", -1, "OUT_OF_RANGE"),
        ("goal_reads", 2**63, "OUT_OF_RANGE"),
    ],
)
async def test_what_a_campaign_may_not_be(place: str, value: object, code: str) -> None:
    home = await make_organization()
    async with refused(Invalid, place, code=code):
        await create(EDITOR, replace(new(home), **{place: value}))  # type: ignore[arg-type]


async def test_who_makes_a_campaign_and_for_whom() -> None:
    home = await make_organization()
    async with refused(NotFound, "organization_id"):
        await create(EDITOR, new(NO_SUCH))
    async with refused(Forbidden):
        await create(STRANGER, new(home))


async def test_a_post_joins_a_campaign_and_leaves_it() -> None:
    world = await make_world()
    other = await make_organization()
    campaign = await make_campaign(other)
    post = await make_post(world.account_id)
    await derive()
    await assign(EDITOR, post, campaign)
    row = await Post.get(id=post)
    assert (row.campaign_id, row.organization_id) == (campaign, other)
    assert await known_posts("CAMPAIGN", campaign) == 1
    assert await known_posts("ORGANIZATION", other) == 1
    assert await known_posts("ORGANIZATION", world.organization_id) == 0
    assert await wrong_figures() == []
    await assign(EDITOR, post, None)
    row = await Post.get(id=post)
    assert (row.campaign_id, row.organization_id) == (None, world.organization_id)
    assert await known_posts("CAMPAIGN", campaign) == 0
    assert await known_posts("ORGANIZATION", other) == 0
    assert await known_posts("ORGANIZATION", world.organization_id) == 1
    assert await wrong_figures() == []


async def test_a_post_of_an_article_counts_where_the_article_stands() -> None:
    world = await make_world()
    campaign = await make_campaign(await make_organization())
    post = await make_post(world.account_id, article_id=await make_article(world))
    await assign(EDITOR, post, campaign)
    row = await Post.get(id=post)
    assert (row.campaign_id, row.organization_id) == (campaign, world.organization_id)


async def test_what_cannot_be_joined() -> None:
    world = await make_world()
    post = await make_post(world.account_id)
    async with refused(NotFound, "campaign_id"):
        await assign(EDITOR, post, NO_SUCH)
    async with refused(NotFound, "id"):
        await assign(EDITOR, NO_SUCH, None)
    async with refused(Forbidden):
        await assign(STRANGER, post, None)
