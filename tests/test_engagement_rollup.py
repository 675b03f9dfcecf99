"""From observations to totals of everything they count for: exact figures in a small district."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest_asyncio

from domain.database import transaction
from domain.engagement.actions.attribution import recompute_subjects
from domain.engagement.actions.locking import hold_totals
from domain.engagement.actions.record import NewObservation, mark_posts
from domain.engagement.actions.rollup import RollUp, roll_up, roll_up_all
from domain.engagement.actions.verify import verify
from domain.engagement.rules import (
    MAX_VALUE,
    Bound,
    Finality,
    Metric,
    Source,
    SubjectKind,
    ValueKind,
)
from tests import engagement_district as d

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)

NOTHING_LEFT_OUT = {
    "people": 0,
    "reposts": 0,
    "definition": None,
    "breaks": 0,
    "addition": "ALWAYS",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database: str) -> AsyncIterator[d.District]:
    yield await d.build()


async def consistent() -> bool:
    return await verify(zone=d.ZONE, report=d.silent) == []


async def test_a_post_counts_for_all_it_belongs_to(district: d.District) -> None:
    first = await d.post(
        district,
        "first",
        organization_id=district.point,
        article_id=district.article,
        campaign_id=district.campaign,
    )
    second = await d.post(
        district,
        "second",
        organization_id=district.branch,
        article_id=district.other_article,
        account_id=district.other_account,
    )
    third = await d.post(district, "third", organization_id=district.other_branch)
    subjects = (
        ("POST", first),
        ("ARTICLE", district.article),
        ("ARTICLE", district.other_article),
        ("CAMPAIGN", district.campaign),
        ("ACCOUNT", district.account),
        ("ACCOUNT", district.other_account),
        ("PARTNER", district.partner),
        ("ORGANIZATION", district.centre),
        ("ORGANIZATION", district.branch),
        ("ORGANIZATION", district.point),
        ("ORGANIZATION", district.other_branch),
        ("NETWORK", 0),
    )
    assert await roll_up(zone=d.ZONE) == RollUp(12, 12)
    assert await d.values(*subjects) == [None] * 12
    assert [(await d.figures(*subject))["known"] for subject in subjects] == [
        *(1, 1, 1, 1, 2, 1),
        *(3, 3, 2, 1, 1, 3),
    ]
    assert [(await d.figures(*subject))["counted"] for subject in subjects] == [0] * 12

    await d.take(d.reads(first, 100, DAY), d.reads(second, 20, DAY + HOUR))
    assert await roll_up(zone=d.ZONE) == RollUp(2, 2)
    assert await d.values(*subjects) == [
        *(100, 100, 20, 100, 100, 20, 120),
        *(120, 120, 100, None, 120),
    ]
    assert await d.figures("ORGANIZATION", district.centre) == {
        "value": 120,
        "as_of": DAY + HOUR,
        "stale_at": DAY + 7 * HOUR,
        "known": 3,
        "counted": 2,
        "at_least": 0,
        "provisional": 0,
        **NOTHING_LEFT_OUT,
    }
    assert await d.days("NETWORK", 0) == {}

    await d.take(d.reads(first, 130, DAY + HOUR), d.reads(third, 3, DAY))
    await d.take(d.reads(first, 190, DAY + 26 * HOUR))
    assert await roll_up(zone=d.ZONE) == RollUp(3, 2)
    assert await d.days("ARTICLE", district.article) == {
        date(2025, 10, 2): 30,
        date(2025, 10, 3): 60,
    }
    assert await d.hours("CAMPAIGN", district.campaign) == {DAY + HOUR: 30, DAY + 26 * HOUR: 60}
    assert await d.values(("ORGANIZATION", district.other_branch), ("NETWORK", 0)) == [3, 213]
    assert (await d.figures("NETWORK", 0))["counted"] == 3
    assert (await d.figures("NETWORK", 0, "LIKES"))["value"] is None
    assert await consistent()


async def test_an_observation_known_already_marks_nothing(district: d.District) -> None:
    post = await d.post(district, "known", organization_id=district.point)
    word = d.reads(post, 5, DAY)
    likes = d.reads(post, 5, DAY, metric=Metric.LIKES)
    assert await d.take(word, word, likes) == [True, False, True]
    await roll_up_all(zone=d.ZONE)
    elsewhere = d.reads(post, 5, DAY.astimezone(d.ZONE))
    assert await d.take(word, likes, elsewhere) == [False, False, False]
    assert await roll_up(zone=d.ZONE) == RollUp(0, 0)


async def test_values_wider_than_32_bits_add_up(district: d.District) -> None:
    posts = [await d.post(district, f"wide-{n}", organization_id=district.point) for n in range(3)]
    before = (await d.figures("ORGANIZATION", district.point))["value"]
    await d.take(*(d.reads(post, 3_200_000_000, DAY) for post in posts))
    await d.take(*(d.reads(post, MAX_VALUE, DAY + HOUR) for post in posts))
    await roll_up_all(zone=d.ZONE)
    assert await d.values(*(("POST", post) for post in posts)) == [MAX_VALUE] * 3
    assert (await d.figures("ORGANIZATION", district.point))["value"] == before + 3 * MAX_VALUE
    assert await d.days("POST", posts[0]) == {date(2025, 10, 2): MAX_VALUE - 3_200_000_000}
    assert await consistent()


async def test_more_marks_than_one_roll_up_takes(district: d.District) -> None:
    post = await d.post(district, "limited", organization_id=district.point)
    await roll_up_all(zone=d.ZONE)
    for hour in range(5):
        await d.take(d.reads(post, 10 * hour, DAY + 20 * hour * HOUR))
    assert [(await roll_up(zone=d.ZONE, limit=2)).marks for _ in range(4)] == [2, 2, 1, 0]
    assert await d.values(("POST", post)) == [40]
    assert sum((await d.days("POST", post)).values()) == 40
    assert await consistent()


async def test_what_was_observed_late_restates_its_days(district: d.District) -> None:
    post = await d.post(
        district, "late", organization_id=district.point, posted_at=DAY - 30 * 24 * HOUR
    )
    await d.take(d.reads(post, 100, DAY), d.reads(post, 160, DAY + 72 * HOUR))
    await roll_up_all(zone=d.ZONE)
    assert await d.days("POST", post) == {date(2025, 10, 5): 60}
    await d.take(d.reads(post, 140, DAY + 24 * HOUR))
    await roll_up_all(zone=d.ZONE)
    assert await d.days("POST", post) == {date(2025, 10, 3): 40, date(2025, 10, 5): 20}
    await d.take(d.reads(post, 90, DAY - 48 * HOUR))
    await roll_up_all(zone=d.ZONE)
    assert await d.days("POST", post) == {
        date(2025, 10, 2): 10,
        date(2025, 10, 3): 40,
        date(2025, 10, 5): 20,
    }
    assert await d.values(("POST", post)) == [160]
    assert await consistent()


async def gained_last(district: d.District, name: str, *said: NewObservation) -> dict[date, int]:
    """The days of a post of whom this was said, one roll-up after each word."""
    post = await d.post(district, name, organization_id=district.point)
    for word in said:
        await d.take(word._replace(post_id=post))
        await roll_up_all(zone=d.ZONE)
    return await d.days("POST", post)


async def test_a_window_starts_at_a_value_that_stood(district: d.District) -> None:
    opened, later = d.reads(0, 500, DAY), d.reads(0, 510, DAY + 48 * HOUR)
    bound = d.reads(0, 100, DAY + 24 * HOUR, bound=Bound.AT_LEAST, source=Source.PUSH)
    part = d.reads(
        0,
        7,
        DAY + 24 * HOUR,
        value_kind=ValueKind.INTERVAL,
        period_starts_at=DAY,
        period_ends_at=DAY + HOUR,
    )
    beaten = d.reads(0, 90, DAY + 24 * HOUR)
    gained = {date(2025, 10, 4): 10}
    assert await gained_last(district, "bounded", opened, bound, later) == gained
    assert await gained_last(district, "part", opened, part, later) == gained
    assert await gained_last(district, "beaten", opened, bound, beaten, later) == gained
    assert await consistent()


async def test_a_window_that_holds_a_partners_wording_alone_keeps_the_definition(
    district: d.District,
) -> None:
    """The anchor is the partner's word, and what leads was said before it."""
    post = await d.post(district, "worded", organization_id=district.point)
    for hour, definition in enumerate(["weibo.reads/2013-03", "test.reads/1", "test.reads/1"]):
        moment = DAY + 2 * hour * HOUR
        await d.take(d.reads(post, 5 + hour, moment, definition=definition))
        await roll_up_all(zone=d.ZONE)
    found = await d.figures("POST", post)
    assert (found["definition"], found["addition"]) == ("weibo.reads/2013-03", "UNLESS_ORIGINAL")
    assert await consistent()


async def test_a_running_total_displaces_the_parts_and_their_rows(district: d.District) -> None:
    account = await d.account("parts", district.partner)
    post = await d.post(
        district, "parts", organization_id=district.other_branch, account_id=account
    )
    part = d.reads(
        post,
        70,
        DAY + 30 * HOUR,
        value_kind=ValueKind.INTERVAL,
        period_starts_at=DAY,
        period_ends_at=DAY + 24 * HOUR,
    )
    await d.take(part)
    await roll_up_all(zone=d.ZONE)
    assert await d.days("ACCOUNT", account) == {date(2025, 10, 2): 70}
    assert (await d.figures("ACCOUNT", account))["as_of"] == DAY + 24 * HOUR
    await d.take(d.reads(post, 200, DAY + HOUR))
    await roll_up_all(zone=d.ZONE)
    assert await d.days("ACCOUNT", account) == {}
    assert await d.values(("ACCOUNT", account)) == [200]
    assert (await d.figures("ACCOUNT", account))["as_of"] == DAY + HOUR
    assert await consistent()


async def test_bounds_and_provisional_values_are_counted(district: d.District) -> None:
    account = await d.account("bounds", district.partner)
    posts = [
        await d.post(district, f"bounds-{n}", organization_id=district.point, account_id=account)
        for n in range(3)
    ]
    await d.take(
        d.reads(posts[0], 100_000, DAY, bound=Bound.AT_LEAST),
        d.reads(posts[1], 5, DAY, finality=Finality.PROVISIONAL),
        d.reads(posts[2], 7, DAY),
    )
    await roll_up_all(zone=d.ZONE)
    found = await d.figures("ACCOUNT", account)
    assert (found["value"], found["at_least"], found["provisional"]) == (100_012, 1, 1)
    await d.take(d.reads(posts[0], 130_000, DAY + HOUR), d.reads(posts[1], 6, DAY + HOUR))
    await roll_up_all(zone=d.ZONE)
    found = await d.figures("ACCOUNT", account)
    assert (found["value"], found["at_least"], found["provisional"]) == (130_013, 0, 0)


async def test_a_post_that_is_gone_keeps_its_value_and_never_goes_stale(
    district: d.District,
) -> None:
    account = await d.account("gone", district.partner)
    kept, gone = [
        await d.post(district, f"gone-{n}", organization_id=district.point, account_id=account)
        for n in range(2)
    ]
    await d.take(d.reads(kept, 5, DAY), d.reads(gone, 7, DAY + HOUR))
    await roll_up_all(zone=d.ZONE)
    assert (await d.figures("ACCOUNT", account))["stale_at"] == DAY + 7 * HOUR
    async with transaction() as client:
        await client.execute_query("UPDATE post SET state = 'GONE' WHERE id = $1", [gone])
        await mark_posts(client, [gone])
    await roll_up_all(zone=d.ZONE)
    assert (await d.figures("POST", gone))["stale_at"] is None
    found = await d.figures("ACCOUNT", account)
    assert (found["value"], found["as_of"]) == (12, DAY + HOUR)
    assert found["stale_at"] == DAY + 6 * HOUR
    assert await consistent()


async def test_a_post_moved_to_another_article_takes_its_figures_along(
    district: d.District,
) -> None:
    account = await d.account("moved", district.partner)
    author = await d.insert("person", name="mover", organization_id=district.point, version=1)
    home = await d.article("home", district.point, author)
    target = await d.article("target", district.other_branch, author)
    moved, stays = [
        await d.post(
            district,
            f"moved-{n}",
            organization_id=district.point,
            article_id=home,
            account_id=account,
        )
        for n in range(2)
    ]
    await d.take(d.reads(moved, 10, DAY), d.reads(stays, 1, DAY))
    await d.take(d.reads(moved, 50, DAY + 25 * HOUR), d.reads(stays, 2, DAY + HOUR))
    await roll_up_all(zone=d.ZONE)
    old_organization = await d.values(("ORGANIZATION", district.point))
    # One of its observations is recorded but not rolled up when it moves.
    await d.take(d.reads(moved, 80, DAY + 50 * HOUR))
    async with transaction() as client:
        await hold_totals(client)
        await client.execute_query(
            "UPDATE post SET article_id = $1, organization_id = $2 WHERE id = $3",
            [target, district.other_branch, moved],
        )
        await recompute_subjects(
            client,
            [
                (SubjectKind.ARTICLE, home),
                (SubjectKind.ARTICLE, target),
                (SubjectKind.ORGANIZATION, district.point),
                (SubjectKind.ORGANIZATION, district.branch),
                (SubjectKind.ORGANIZATION, district.other_branch),
            ],
        )
    assert await d.values(("ARTICLE", home), ("ARTICLE", target)) == [2, 50]
    await roll_up_all(zone=d.ZONE)
    assert await d.values(("ARTICLE", home), ("ARTICLE", target)) == [2, 80]
    assert await d.days("ARTICLE", home) == {date(2025, 10, 2): 1}
    assert await d.days("ARTICLE", target) == {date(2025, 10, 3): 40, date(2025, 10, 4): 30}
    assert await d.values(("ORGANIZATION", district.point)) == [(old_organization[0] or 0) - 50]
    assert await consistent()


async def test_a_subject_that_lost_its_last_post_is_unknown_again(district: d.District) -> None:
    author = await d.insert("person", name="loser", organization_id=district.point, version=1)
    emptied = await d.article("emptied", district.point, author)
    post = await d.post(
        district, "only", organization_id=district.point, article_id=emptied, posted_at=DAY
    )
    await d.take(d.reads(post, 10, DAY))
    await roll_up_all(zone=d.ZONE)
    assert await d.days("ARTICLE", emptied) == {date(2025, 10, 2): 10}
    async with transaction() as client:
        await hold_totals(client)
        await client.execute_query("UPDATE post SET article_id = NULL WHERE id = $1", [post])
        await recompute_subjects(client, [(SubjectKind.ARTICLE, emptied)])
    assert await d.figures("ARTICLE", emptied) == {
        "value": None,
        "as_of": None,
        "stale_at": None,
        "known": 0,
        "counted": 0,
        "at_least": 0,
        "provisional": 0,
        **NOTHING_LEFT_OUT,
    }
    assert await d.days("ARTICLE", emptied) == {}
    assert await consistent()


async def test_an_organization_moved_with_its_subtree(district: d.District) -> None:
    moved = await d.organization("moved", district.branch)
    below = await d.organization("below", moved)
    post = await d.post(district, "subtree", organization_id=below, posted_at=DAY)
    await d.take(d.reads(post, 1_000, DAY))
    await roll_up_all(zone=d.ZONE)
    chains = [("ORGANIZATION", each) for each in (district.branch, district.other_branch)]
    was, other_was = [value or 0 for value in await d.values(*chains)]
    async with transaction() as client:
        await hold_totals(client)
        await client.execute_query(
            "UPDATE organization SET parent_id = $1 WHERE id = $2", [district.other_branch, moved]
        )
        await recompute_subjects(
            client,
            [
                (SubjectKind.ORGANIZATION, each)
                for each in (district.branch, district.other_branch, district.centre, moved)
            ],
        )
    assert await d.values(*chains) == [was - 1_000, other_was + 1_000]
    assert await consistent()
