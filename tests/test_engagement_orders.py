"""Whatever is recorded in whatever order, however often, however rolled up: the same figures."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.engagement.actions.rebuild import rebuild
from domain.engagement.actions.record import NewObservation
from domain.engagement.actions.rollup import roll_up, roll_up_all
from domain.engagement.actions.verify import verify
from domain.engagement.derivation import Observed, derive
from domain.engagement.figures import figures_of
from domain.engagement.rules import Bound, Finality, Metric, Source, ValueKind
from domain.engagement.segments import Break
from schema.engagement.breaks import BREAKS
from tests import engagement_district as d

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
POSTED = (DAY, d.POSTED)
POSTS = range(len(POSTED))
METRICS = (Metric.READS, Metric.LIKES)
NUMBER = count()
EXAMPLES = 2_000 if os.environ.get("XINFENG_SLOW") == "1" else 40
SHOWN_BREAKS = f"""
SELECT b.at, b.before, b.after FROM engagement_total p CROSS JOIN LATERAL ({BREAKS}) b
WHERE p.subject_kind = 'POST' AND p.subject_id = $1 AND p.metric = $2 AND b.before IS NOT NULL
ORDER BY b.at
"""
"""As a series tells them."""
DEFINITIONS = [
    *["weibo.reads/2013-03"] * 6,
    *["test.reads/1"] * 3,
    "wechat.page_reads",
    "wechat.read_users/2025-11",
]
"""A repost's reads are in the original's; a partner's own wording; reads that became people."""
MOMENTS = [
    timedelta(minutes=minutes)
    for hour in range(-20, 80, 9)
    for minutes in (60 * hour, 60 * hour + 20, 60 * hour + 100)
]


class Story(NamedTuple):
    """said: observations whose post_id is an index of POSTS.

    steps: a list of indexes of `said` is recorded, a number is the limit of a roll-up.
    reposts: whether the second post repeats the first.
    """

    said: list[NewObservation]
    steps: list[list[int] | int]
    reposts: bool


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database: str) -> AsyncIterator[d.District]:
    yield await d.build()


@st.composite
def observations(draw: st.DrawFn) -> NewObservation:
    """Few distinct moments and values: ties, repetitions, bounds and corrections are common."""
    moment = DAY + draw(st.sampled_from(MOMENTS))
    period: dict[str, Any] = {}
    if draw(st.sampled_from([False, False, False, True])):
        period = {
            "value_kind": ValueKind.INTERVAL,
            "period_starts_at": moment - timedelta(hours=draw(st.sampled_from([1, 24]))),
            "period_ends_at": moment,
        }
    return d.reads(
        draw(st.sampled_from(POSTS)),
        draw(st.sampled_from([0, 1, 5, 90, 100, 3_200_000_000])),
        moment,
        metric=draw(st.sampled_from(METRICS)),
        bound=draw(st.sampled_from([Bound.EXACT, Bound.EXACT, Bound.AT_LEAST])),
        finality=draw(st.sampled_from(Finality)),
        source=draw(st.sampled_from([Source.PULL, Source.PUSH])),
        definition=draw(st.sampled_from(DEFINITIONS)),
        **period,
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Mostly in order of time, as the world goes, then mixed, repeated, late and restated."""
    said = draw(st.lists(observations(), min_size=1, max_size=30))
    said.sort(key=lambda each: each.observed_at)
    order = list(range(len(said)))
    if draw(st.booleans()):
        order = draw(st.permutations(order))
    steps: list[list[int] | int] = []
    while order:
        cut = draw(st.integers(1, 6))
        again = draw(st.lists(st.integers(0, len(said) - 1), max_size=3))
        steps += [order[:cut] + again, draw(st.sampled_from([0, 1, 1_000, 1_000]))]
        order = order[cut:]
    return Story(said, steps, draw(st.booleans()))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=stories())
async def test_any_order_with_roll_ups_between_is_what_one_rebuild_says(
    district: d.District, story: Story
) -> None:
    posts = [await new_post(district, 0)]
    posts.append(await new_post(district, 1, repost_of_id=posts[0] if story.reposts else None))
    said = [each._replace(post_id=posts[each.post_id]) for each in story.said]
    for step in story.steps:
        if isinstance(step, int):
            await roll_up(zone=d.ZONE, limit=step)
        else:
            await d.take(*(said[index] for index in step))
    await roll_up_all(zone=d.ZONE, limit=7)
    for index, post_id in enumerate(posts):
        for metric in METRICS:
            await check_post(post_id, POSTED[index], metric, said)
    assert await verify(zone=d.ZONE, report=d.silent) == []
    assert await rebuild(zone=d.ZONE, report=d.silent) == 0


async def new_post(district: d.District, index: int, **other: Any) -> int:
    return await d.post(
        district,
        f"post-{next(NUMBER)}",
        organization_id=(district.point, district.other_branch)[index],
        article_id=(district.article, None)[index],
        posted_at=POSTED[index],
        **other,
    )


async def check_post(
    post_id: int, posted_at: datetime, metric: Metric, said: list[NewObservation]
) -> None:
    """The stored rows against the pure derivation of all that was said."""
    history = [
        Observed(*(getattr(each, name) for name in Observed._fields))
        for each in said
        if (each.post_id, each.metric) == (post_id, metric)
    ]
    whole = derive(history, posted_at=posted_at, zone=d.ZONE)
    expected = figures_of(whole, posted_at=posted_at, gone=False)
    assert await d.figures("POST", post_id, metric) == expected._asdict()
    assert await d.days("POST", post_id, metric) == dict(sorted(whole.daily.items()))
    assert await d.hours("POST", post_id, metric) == dict(sorted(whole.hourly.items()))
    found = await d.rows(SHOWN_BREAKS, post_id, metric)
    assert [Break(**row) for row in found] == list(whole.breaks)
