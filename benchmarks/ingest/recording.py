"""Recording observations, and the bare INSERT of the same rows, in turns."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import asyncpg

from domain.database import connection_parameters, open_database, transaction
from domain.engagement.actions.record import KEY_TYPES, NewObservation, record
from domain.engagement.rules import Metric, Source

DEFINITIONS = {
    Metric.READS: "weibo.reads/2013-03",
    Metric.LIKES: "weibo.attitudes",
    Metric.COMMENTS: "weibo.comments",
    Metric.SHARES: "weibo.reposts",
}
COLUMNS = ", ".join(KEY_TYPES)
BARE = f"""
INSERT INTO observation ({COLUMNS}, recorded_at)
SELECT *, ${len(KEY_TYPES) + 1}::timestamptz FROM unnest(
    {", ".join(f"${number}::{kind}[]" for number, kind in enumerate(KEY_TYPES.values(), 1))}
)
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Seconds and this process's processor seconds for a batch, medians; rows in a batch."""

    rows: int
    record_seconds: float
    record_cpu: float
    bare_seconds: float
    bare_cpu: float

    @property
    def ratio(self) -> float:
        return self.bare_seconds / self.record_seconds


async def compare(url: str, rows: int, rounds: int) -> Recorded:
    """The two in turns, each round with rows of its own, so that neither finds the other's."""
    connection = await asyncpg.connect(**connection_parameters(url))
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    try:
        posts = [row["id"] for row in await connection.fetch("SELECT id FROM post ORDER BY id")]
        now = datetime.now(UTC)
        async with open_database(url):
            for number in range(rounds + 1):
                moment = now - timedelta(minutes=2 * number)
                ours.append(await _record(batch(posts, rows, moment), now))
                given = batch(posts, rows, moment - timedelta(minutes=1))
                bare.append(await _insert(connection, given, now))
    finally:
        await connection.close()
    # The first round fills caches and prepares statements.
    seconds, cpu = (median(each) for each in zip(*ours[1:], strict=True))
    bare_seconds, bare_cpu = (median(each) for each in zip(*bare[1:], strict=True))
    return Recorded(rows, seconds, cpu, bare_seconds, bare_cpu)


def batch(posts: Sequence[int], rows: int, moment: datetime) -> list[NewObservation]:
    def every() -> Iterator[NewObservation]:
        for place in range(rows):
            post_id = posts[place // len(DEFINITIONS) % len(posts)]
            metric, definition = list(DEFINITIONS.items())[place % len(DEFINITIONS)]
            yield NewObservation(post_id, metric, 1000 + place, moment, definition, Source.PULL)

    return list(every())


async def _record(given: list[NewObservation], now: datetime) -> tuple[float, float]:
    started_at, cpu = time.perf_counter(), time.process_time()
    async with transaction() as client:
        new = await record(client, given, now=now)
    took = time.perf_counter() - started_at, time.process_time() - cpu
    assert all(new)
    return took


async def _insert(
    connection: asyncpg.Connection, given: list[NewObservation], now: datetime
) -> tuple[float, float]:
    started_at, cpu = time.perf_counter(), time.process_time()
    columns = [[getattr(each, name) for each in given] for name in KEY_TYPES]
    await connection.execute(BARE, *columns, now)
    return time.perf_counter() - started_at, time.process_time() - cpu
