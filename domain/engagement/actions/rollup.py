"""What was recorded becomes totals, days and hours: of posts, and of all that posts count for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.engagement.actions.changes import Changes, collect
from domain.engagement.actions.histories import Pair, load
from domain.engagement.actions.locking import hold_totals
from domain.engagement.actions.writing import write

PAIRS = 2_000
"""Histories in memory at once."""

ROWS = 50_000
"""Changed rows after which they are written. All above the posts is written with each time."""

CONSUME = """
DELETE FROM engagement_dirty
WHERE id IN (SELECT id FROM engagement_dirty ORDER BY id LIMIT $1)
RETURNING post_id, metric, since, delivery_id
"""


@dataclass(frozen=True, slots=True)
class RollUp:
    """marks: how many were consumed; 0 when nothing was dirty. pairs: (post, metric) derived.
    deliveries: of pushes that asked for it."""

    marks: int
    pairs: int
    deliveries: frozenset[int] = frozenset()


async def roll_up(*, zone: ZoneInfo, limit: int = 10_000) -> RollUp:
    """Derive what up to `limit` marks ask for, in one transaction, one caller at a time.

    Why no observation is ever missed: a recorder commits its observations and their marks
    together. A mark this transaction deletes was therefore committed with its observations
    before the DELETE took its snapshot, and READ COMMITTED gives every later statement a later
    snapshot, so that the observations are seen by the statement that loads them. (It may see
    more, whose marks are still queued: they are derived again, to the same result.) If this
    transaction fails, its marks are back. Marks are rows of their own, never merged into one
    that is being consumed, and consumed by what is there, not by a last number seen: recorders
    commit in another order than they number.

    Why nobody waits in a circle: recorders only add rows here, and hold no lock that this
    transaction asks for.
    """
    async with transaction() as client:
        await hold_totals(client)
        marks = await client.execute_query_dict(CONSUME, [limit])
        since = _earliest(marks)
        await _derive(client, since, zone)
        deliveries = frozenset(mark["delivery_id"] for mark in marks) - {None}
        return RollUp(len(marks), len(since), deliveries)


async def roll_up_all(*, zone: ZoneInfo, limit: int = 10_000) -> int:
    """Until a roll-up finds fewer marks than it would take; returns how many were consumed."""
    consumed = 0
    while True:
        marks = (await roll_up(zone=zone, limit=limit)).marks
        consumed += marks
        if marks < limit:
            return consumed


async def _derive(
    client: BaseDBAsyncClient, since: Mapping[Pair, datetime | None], zone: ZoneInfo
) -> None:
    """In portions, since after a long pause each pair may bring a day of observations."""
    found = Changes()
    pairs = sorted(since)
    for start in range(0, len(pairs), PAIRS):
        portion = {pair: since[pair] for pair in pairs[start : start + PAIRS]}
        collect(found, await load(client, portion, zone), zone)
        if found.rows >= ROWS:
            await write(client, found)
            found = Changes()
    await write(client, found)


def _earliest(marks: Iterable[dict[str, Any]]) -> dict[Pair, datetime | None]:
    """Since when each pair changed; a mark without a moment asks for all of it."""
    since: dict[Pair, datetime | None] = {}
    for mark in marks:
        pair, moment = (mark["post_id"], mark["metric"]), mark["since"]
        known = since.setdefault(pair, moment)
        since[pair] = min(known, moment) if known and moment else None
    return since
