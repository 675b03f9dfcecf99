"""The ledger as courses and standings, some hundred posts at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.engagement.derivation import day_starts_at, hour_starts_at
from domain.engagement.rules import Metric
from domain.engagement.words import Observed
from domain.ids import format_id
from domain.inflation.courses import Course
from domain.inflation.observed import Buckets, course_of
from domain.inflation.ratios import Standing
from domain.partners.rules import Platform

PORTION = 500
"""Posts that are read by one statement."""

POSTS = """
SELECT id FROM post WHERE posted_at >= $1 ORDER BY posted_at DESC, id DESC LIMIT $2
"""

OBSERVED = f"""
SELECT p.id, a.platform, p.posted_at, o.metric,
    {", ".join(f"o.{name}" for name in Observed._fields)}
FROM post p
JOIN account a ON a.id = p.account_id
JOIN observation o ON o.post_id = p.id
WHERE p.id = ANY($1::bigint[])
ORDER BY p.id, o.metric
"""

TOTALS = """
SELECT p.id, a.platform, p.posted_at, t.metric, t.value, t.breaks
FROM post p
JOIN account a ON a.id = p.account_id
JOIN engagement_total t ON t.subject_kind = 'POST' AND t.subject_id = p.id
WHERE p.id = ANY($1::bigint[]) AND t.value IS NOT NULL AND t.at_least = 0
ORDER BY p.id, t.metric
"""


def _silent(done: int, total: int) -> None:
    """Nobody looks."""


@dataclass(slots=True)
class Ledger:
    """What the rules are asked about."""

    posts: int = 0
    courses: list[Course] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)


async def read(
    *,
    since: datetime,
    zone: ZoneInfo,
    report: Callable[[int, int], None] = _silent,
    most: int | None = None,
) -> Ledger:
    """Everything known of the posts that were published since a moment, or of the newest of them.

    report: called with how many posts are read, and of how many.
    """
    ledger = Ledger()
    async with transaction() as client:
        await client.execute_script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        posts = [post for (post,) in await _rows(client, POSTS, since, most)]
        ledger.posts = len(posts)
        for done in range(0, len(posts), PORTION):
            report(done, len(posts))
            some = posts[done : done + PORTION]
            found = list(_courses(await _rows(client, OBSERVED, some), zone))
            corrected = {course.post for course in found if course.corrections}
            ledger.courses += found
            ledger.standings += _standings(await _rows(client, TOTALS, some), corrected)
        report(len(posts), len(posts))
    return ledger


def _courses(rows: Sequence[Any], zone: ZoneInfo) -> Iterator[Course]:
    """By the hour and by the day."""
    hours = Buckets(timedelta(hours=1), partial(hour_starts_at, zone=zone))
    days = Buckets(timedelta(days=1), partial(day_starts_at, zone=zone))
    for of_what, own in groupby(rows, partial(_first, 4)):
        post, platform, posted_at, metric = of_what
        observed = [Observed._make(tuple(row)[4:]) for row in own]
        name, of = format_id("Post", post), (Platform(platform), Metric(metric))
        for buckets in (hours, days):
            course = course_of(name, *of, posted_at, observed, buckets)
            if course is not None:
                yield course


def _standings(rows: Sequence[Any], corrected: set[str]) -> Iterator[Standing]:
    for of_what, own in groupby(rows, partial(_first, 3)):
        post, platform, posted_at = of_what
        figures = [tuple(row)[3:] for row in own]
        name = format_id("Post", post)
        broken = any(breaks for *_, breaks in figures)
        yield Standing(
            name,
            Platform(platform),
            posted_at,
            {Metric(metric): value for metric, value, _ in figures},
            steady=not broken and name not in corrected,
        )


def _first(columns: int, row: Any) -> tuple[Any, ...]:
    return tuple(row)[:columns]


async def _rows(client: BaseDBAsyncClient, sql: str, *values: Any) -> Sequence[Any]:
    return (await client.execute_query(sql, list(values)))[1]
