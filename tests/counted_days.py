"""Posts whose days can be added up by hand: one with gaps and a fall, one watched a whole week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.articles import actions as articles
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Metric, Source
from tests.rows import (
    EDITOR,
    NOW,
    SHANGHAI,
    World,
    derive,
    make_article,
    make_post,
    make_world,
)

PATCHY = {
    (1, 28): 100,
    (1, 29): 150,
    (1, 31): 210,
    (2, 2): 220,
    (2, 3): 200,
    (2, 11): 500,
}
"""What was seen on days of 2025, at 20:00 in Shanghai. 27 January is a Monday."""

STEADY = {(3, 3 + day): 10 * (day + 1) for day in range(7)}
"""Ten a day, from Monday to Sunday."""


@dataclass(frozen=True)
class Days:
    """patchy, steady: posts. half, whole: their articles; half has one more post, never counted."""

    world: World
    patchy: int
    steady: int
    half: int
    whole: int


async def make_days() -> Days:
    world = await make_world()
    half, whole = await make_article(world, title="=half"), await make_article(world, title="whole")
    for article_id in (half, whole):
        await articles.publish(EDITOR, article_id, 1)
    days = Days(
        world,
        await _post(world, half, PATCHY),
        await _post(world, whole, STEADY),
        half,
        whole,
    )
    await make_post(world.account_id, article_id=half)
    await derive()
    return days


async def _post(world: World, article_id: int, seen: dict[tuple[int, int], int]) -> int:
    moments = {datetime(2025, *day, 20, tzinfo=SHANGHAI): value for day, value in seen.items()}
    posted_at = min(moments) - timedelta(hours=12)
    post_id = await make_post(world.account_id, article_id=article_id, posted_at=posted_at)
    said = [
        NewObservation(
            post_id=post_id,
            metric=Metric.READS,
            value=value,
            observed_at=moment,
            definition="test.reads/1",
            source=Source.PULL,
        )
        for moment, value in moments.items()
    ]
    async with transaction() as client:
        await record(client, said, now=NOW)
    return post_id
