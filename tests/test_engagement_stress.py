"""Many recorders and roll-ups on the same posts at once: no deadlock, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest_asyncio

from domain.database import open_database, transaction
from domain.engagement.actions.attribution import recompute_subjects
from domain.engagement.actions.locking import hold_totals
from domain.engagement.actions.record import NewObservation
from domain.engagement.actions.rollup import roll_up, roll_up_all
from domain.engagement.actions.verify import Difference, verify
from domain.engagement.rules import Metric, SubjectKind
from tests import engagement_district as d

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
RECORDERS, BATCHES, POSTS, HOURS = 8, 12, 30, 100


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database_url: str) -> AsyncIterator[d.District]:
    async with open_database(database_url, pool_size=RECORDERS + 5):
        yield await d.build()


async def test_concurrent_recorders_and_roll_ups_lose_nothing(district: d.District) -> None:
    posts = [
        await d.post(
            district, f"post-{n}", organization_id=district.point, article_id=district.article
        )
        for n in range(POSTS)
    ]
    # Every recorder says much of the same, each in its own order: one of them is the first.
    everything = [
        d.reads(post, 100 * hour + post, DAY + timedelta(hours=hour), metric=metric)
        for post in posts
        for hour in range(HOURS)
        for metric in (Metric.READS, Metric.LIKES)
    ]
    recorders = [recorder(Random(n), everything) for n in range(RECORDERS)]
    recording = asyncio.gather(*recorders)
    rolling = [asyncio.create_task(roller(recording)) for _ in range(2)]
    moving = asyncio.create_task(mover(district, posts[0], recording))
    checking = asyncio.create_task(checker(recording))
    new = sum(await asyncio.wait_for(recording, 120))
    await asyncio.wait_for(asyncio.gather(*rolling, moving), 120)
    assert await asyncio.wait_for(checking, 120) == []
    await roll_up_all(zone=d.ZONE)

    recorded = (await d.rows("SELECT count(*) FROM observation"))[0]["count"]
    assert new == recorded
    assert await verify(zone=d.ZONE, report=d.silent) == []
    latest = await d.rows(
        "SELECT sum(value)::bigint AS value FROM ("
        " SELECT DISTINCT ON (post_id) value FROM observation WHERE metric = 'READS'"
        " ORDER BY post_id, observed_at DESC) AS last"
    )
    assert await d.values(("NETWORK", 0)) == [latest[0]["value"]]


async def recorder(random: Random, everything: list[NewObservation]) -> int:
    """How many of its observations were new."""
    new = 0
    for _ in range(BATCHES):
        new += sum(await d.take(*random.sample(everything, 400)))
    return new


async def roller(recording: asyncio.Future[list[int]]) -> None:
    while not recording.done():
        await roll_up(zone=d.ZONE, limit=150)


async def checker(recording: asyncio.Future[list[int]]) -> list[Difference]:
    """What is only behind is never taken for wrong."""
    found: list[Difference] = []
    while not recording.done():
        found += await verify(zone=d.ZONE, report=d.silent)
    return found


async def mover(district: d.District, post: int, recording: asyncio.Future[list[int]]) -> None:
    """Meanwhile a post goes from one article to the other and back."""
    articles = [district.article, district.other_article]
    organizations = [district.point, district.branch]
    subjects = [
        *((SubjectKind.ARTICLE, each) for each in articles),
        *((SubjectKind.ORGANIZATION, each) for each in organizations),
    ]
    while not recording.done():
        articles.reverse()
        organizations.reverse()
        async with transaction() as client:
            await hold_totals(client)
            await client.execute_query(
                "UPDATE post SET article_id = $1, organization_id = $2 WHERE id = $3",
                [articles[0], organizations[0], post],
            )
            await recompute_subjects(client, subjects)
