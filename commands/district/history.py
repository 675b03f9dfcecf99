"""The first week of real counters, as observations taken over from the data set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from commands.district.posts import PostRow
from commands.district.timeline import Timeline
from commands.district.topics import WEEK_HOURS, Counters
from domain.engagement.rules import Metric


class Observed(NamedTuple):
    id: int
    post_id: int
    metric: Metric
    value: int
    observed_at: datetime


def history(posts: list[PostRow], timeline: Timeline) -> list[Observed]:
    """What the list said each hour; where it said nothing, there is no observation."""
    rows: list[Observed] = []
    for post in posts:
        for counters in _first_week(post):
            observed_at = timeline.at(counters.hour)
            for metric, value in _told(counters, post.account.tells_reads):
                rows.append(Observed(len(rows) + 1, post.id, metric, value, observed_at))
    return rows


def _first_week(post: PostRow) -> list[Counters]:
    hours = post.article.topic.hours if post.article else ()
    return [counters for counters in hours if counters.hour < WEEK_HOURS]


def _told(counters: Counters, tells_reads: bool) -> Iterator[tuple[Metric, int]]:
    """Reads only where the platform would tell them: to accounts of its media class."""
    told = (
        (Metric.READS, counters.reads if tells_reads else None),
        (Metric.COMMENTS, counters.discussions),
        (Metric.SHARES, counters.original_posts),
    )
    return ((metric, value) for metric, value in told if value is not None)
