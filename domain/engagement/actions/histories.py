"""What must be derived anew, with all that the derivation needs and all that is stored of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.engagement.definitions import by_code
from domain.engagement.derivation import (
    Derived,
    Observed,
    continued,
    day_starts_at,
    derive,
    hour_starts_at,
)
from domain.engagement.figures import COLUMNS, UNOPENED, Figures

Pair = tuple[int, str]
"""A post and a metric."""

# LATERAL with OFFSET 0: one walk of the index observation_once for each pair, never a scan of the
# ledger; bounds on observed_at, so that of its months only those asked for are looked at. The
# anchor is derivation.needed_from in SQL, as far as it lies within two months: for the few pairs
# that were not observed for longer, deriving everything costs less than looking for it.
OBSERVATIONS = f"""
SELECT w.i, anchor.observed_at, {", ".join(f"o.{name}" for name in Observed._fields)}
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) WITH ORDINALITY
    AS w (post_id, metric, starts_at, i)
LEFT JOIN LATERAL (
    SELECT e.observed_at
    FROM observation e
    WHERE e.post_id = w.post_id AND e.metric = w.metric AND e.observed_at < w.starts_at
      AND e.observed_at >= w.starts_at - interval '62 days'
      AND e.value_kind = 'CUMULATIVE' AND e.bound = 'EXACT'
      AND NOT EXISTS (
        SELECT FROM observation c
        WHERE c.post_id = e.post_id AND c.metric = e.metric AND c.observed_at = e.observed_at
          AND c.value_kind = 'CUMULATIVE' AND c.bound = 'AT_LEAST'
      )
    ORDER BY e.observed_at DESC
    LIMIT 1
) AS anchor ON TRUE
JOIN LATERAL (
    SELECT * FROM observation o
    WHERE anchor.observed_at IS NULL AND o.post_id = w.post_id AND o.metric = w.metric
    UNION ALL
    SELECT * FROM observation o
    WHERE o.post_id = w.post_id AND o.metric = w.metric
      AND o.observed_at >= anchor.observed_at AND o.value_kind = 'CUMULATIVE'
    OFFSET 0
) AS o ON TRUE
"""

POSTS = f"""
SELECT w.i, p.posted_at, p.state = 'GONE', t.subject_id IS NOT NULL,
    {", ".join(f"t.{name}" for name in COLUMNS)}
FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS w (post_id, metric, i)
JOIN post p ON p.id = w.post_id
LEFT JOIN engagement_total t
    ON t.subject_kind = 'POST' AND t.subject_id = w.post_id AND t.metric = w.metric
"""

BUCKETS = """
SELECT w.i, b.{bucket}, b.value, b.addition
FROM unnest($1::bigint[], $2::text[], $3::{type}[]) WITH ORDINALITY
    AS w (post_id, metric, first, i)
JOIN engagement_{table} b
    ON b.subject_kind = 'POST' AND b.subject_id = w.post_id AND b.metric = w.metric
    AND (w.first IS NULL OR b.{bucket} >= w.first)
"""
DAILY = BUCKETS.format(table="daily", bucket="day", type="date")
HOURLY = BUCKETS.format(table="hourly", bucket="hour", type="timestamptz")


class Gain(NamedTuple):
    """A stored day or hour of a post."""

    value: int
    addition: str


@dataclass(slots=True)
class History:
    """One pair: since when it changed (None: all of it), its observations and its stored rows.

    observations: those that deriving with `since` needs. daily, hourly: from the day of `since` on.
    """

    pair: Pair
    since: datetime | None
    posted_at: datetime
    gone: bool
    stored: Figures
    observations: list[Observed] = field(default_factory=list)
    daily: dict[date, Gain] = field(default_factory=dict)
    hourly: dict[datetime, Gain] = field(default_factory=dict)

    @property
    def is_of_one_definition(self) -> bool:
        """Whether a window of it can be derived: what was left out holds no break and no other
        definition than what was loaded, which names the one that leads. (What is not rolled up
        yet lies within the window.)"""
        codes = {each.definition for each in self.observations if by_code(each.definition)}
        leading = {self.stored.definition} - {None}
        return self.stored.breaks == 0 and codes == leading

    def derive(self, zone: ZoneInfo) -> Derived:
        """From the day of `since` on, all of it."""
        derived = derive(self.observations, posted_at=self.posted_at, zone=zone, since=self.since)
        if self.since is None:
            return derived
        starts_at = hour_starts_at(self.since, zone)
        earlier = {hour: gain.value for hour, gain in self.hourly.items() if hour < starts_at}
        return continued(derived, earlier, zone)


async def load(
    client: BaseDBAsyncClient, since: Mapping[Pair, datetime | None], zone: ZoneInfo
) -> list[History]:
    """The histories of these pairs, each from the moment given on; four statements for all."""
    histories = await _posts(client, since)
    await _observations(client, histories, zone)
    broken = {
        pair: each
        for pair, each in histories.items()
        if each.since is not None and not each.is_of_one_definition
    }
    if broken:
        await _observe_whole(client, broken, zone)
    await _buckets(client, histories, zone)
    return list(histories.values())


async def _posts(
    client: BaseDBAsyncClient, since: Mapping[Pair, datetime | None]
) -> dict[Pair, History]:
    pairs = list(since)
    histories = {}
    for i, posted_at, gone, opened, *figures in await _rows(client, POSTS, *_columns(pairs)):
        pair = pairs[i - 1]
        stored = Figures(*figures) if opened else UNOPENED
        histories[pair] = History(pair, since[pair], posted_at, gone, stored)
    return histories


async def _observations(
    client: BaseDBAsyncClient, histories: Mapping[Pair, History], zone: ZoneInfo
) -> None:
    pairs = list(histories)
    starts_at = [each.since and hour_starts_at(each.since, zone) for each in histories.values()]
    anchored = set()
    for i, anchor, *observed in await _rows(client, OBSERVATIONS, *_columns(pairs), starts_at):
        pair = pairs[i - 1]
        histories[pair].observations.append(Observed._make(observed))
        if anchor is not None:
            anchored.add(pair)
    for pair in histories.keys() - anchored:
        histories[pair].since = None


async def _observe_whole(
    client: BaseDBAsyncClient, histories: Mapping[Pair, History], zone: ZoneInfo
) -> None:
    for history in histories.values():
        history.since = None
        history.observations.clear()
    await _observations(client, histories, zone)


async def _buckets(
    client: BaseDBAsyncClient, histories: Mapping[Pair, History], zone: ZoneInfo
) -> None:
    pairs = list(histories)
    sinces = [each.since for each in histories.values()]
    days = [since and since.astimezone(zone).date() for since in sinces]
    for i, day, *gain in await _rows(client, DAILY, *_columns(pairs), days):
        histories[pairs[i - 1]].daily[day] = Gain._make(gain)
    hours = [since and day_starts_at(since, zone) for since in sinces]
    for i, hour, *gain in await _rows(client, HOURLY, *_columns(pairs), hours):
        histories[pairs[i - 1]].hourly[hour] = Gain._make(gain)


async def _rows(client: BaseDBAsyncClient, sql: str, *columns: list[Any]) -> Sequence[Any]:
    return (await client.execute_query(sql, list(columns)))[1]


def _columns(pairs: Collection[Pair]) -> list[list[Any]]:
    return [[post_id for post_id, _ in pairs], [metric for _, metric in pairs]]
