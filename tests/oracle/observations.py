"""What is counted of the rows, recorded and rolled up the way everything is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.rules import Bound, Finality, Metric, Source, ValueKind
from tests.oracle.filling import Filling

DAYS_WATCHED = 470
HOURS_WATCHED = 500


async def observe(filling: Filling, zone: ZoneInfo) -> None:
    """Some posts are never observed; the first two are watched longer than a series may be."""
    now = filling.now.replace(minute=0, second=0, microsecond=0)
    said = [*_some(filling, now), *_long(filling, now)]
    async with transaction() as client:
        await record(client, said, now=filling.now)
    await roll_up_all(zone=zone)


def _some(filling: Filling, now: datetime) -> Iterator[NewObservation]:
    random = Random("observations")
    for post in filling.posts[2:]:
        if random.random() < 0.25:
            continue
        for metric in random.sample(list(Metric), random.randint(1, 4)):
            for _ in range(random.randint(1, 4)):
                yield _one(random, post.id, metric, now)


def _one(random: Random, post_id: int, metric: Metric, now: datetime) -> NewObservation:
    """Few values, so that leaders tie; the same hours, so that corrections and ties of time are
    common."""
    observed_at = now - timedelta(hours=random.choice([1, 2, 3, 5, 26, 27, 50, 75, 400, 2000]))
    given: dict[str, Any] = {
        "value": random.choice([0, 5, 5, 70, 70, 1_000, 2**33, 10**12]),
        "bound": random.choice([Bound.EXACT, Bound.EXACT, Bound.AT_LEAST]),
        "finality": random.choice([Finality.FINAL, Finality.FINAL, Finality.PROVISIONAL]),
    }
    if random.random() < 0.2:
        given |= {
            "value_kind": ValueKind.INTERVAL,
            "period_starts_at": observed_at - timedelta(hours=random.choice([1, 24])),
            "period_ends_at": observed_at,
        }
    return _reads(post_id, observed_at, metric=metric, **given)


def _long(filling: Filling, now: datetime) -> Iterator[NewObservation]:
    """Gaps, and falls of the counter, in longer series than are ever shown."""
    by_day, by_hour = filling.posts[0].id, filling.posts[1].id
    for day in range(DAYS_WATCHED):
        if day % 13:
            observed_at = now - timedelta(days=DAYS_WATCHED - day)
            yield _reads(by_day, observed_at, value=10_000 + 10 * day - 15 * (day % 7))
    for hour in range(HOURS_WATCHED):
        if hour % 11:
            observed_at = now - timedelta(hours=HOURS_WATCHED - hour)
            yield _reads(by_hour, observed_at, value=2**40 + 3 * hour - 4 * (hour % 5))


def _reads(post_id: int, observed_at: datetime, **given: Any) -> NewObservation:
    values: dict[str, Any] = {"metric": Metric.READS, "source": Source.PULL, **given}
    return NewObservation(
        post_id=post_id, observed_at=observed_at, definition="test.reads/1", **values
    )
