"""What was recorded becomes totals, days and hours: of posts, and of all that posts count for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.database import transaction
from domain.engagement.actions.changes import changes
from domain.engagement.actions.histories import Pair, load
from domain.engagement.actions.locking import hold_totals
from domain.engagement.actions.writing import write

PORTION = 2_000
"""Pairs in memory at once: after a long pause each may bring a day of observations."""

CONSUME = """
DELETE FROM engagement_dirty
WHERE id IN (SELECT id FROM engagement_dirty ORDER BY id LIMIT $1)
RETURNING post_id, metric, since
"""


@dataclass(frozen=True, slots=True)
class RollUp:
    """marks: how many were consumed; 0 when nothing was dirty. pairs: (post, metric) derived."""

    marks: int
    pairs: int


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
        pairs = list(since)
        for start in range(0, len(pairs), PORTION):
            portion = {pair: since[pair] for pair in pairs[start : start + PORTION]}
            await write(client, changes(await load(client, portion, zone), zone))
        return RollUp(len(marks), len(since))


async def roll_up_all(*, zone: ZoneInfo, limit: int = 10_000) -> int:
    """Until a roll-up finds fewer marks than it would take; returns how many were consumed."""
    consumed = 0
    while True:
        marks = (await roll_up(zone=zone, limit=limit)).marks
        consumed += marks
        if marks < limit:
            return consumed


def _earliest(marks: Iterable[dict[str, Any]]) -> dict[Pair, datetime | None]:
    """Since when each pair changed; a mark without a moment asks for all of it."""
    since: dict[Pair, datetime | None] = {}
    for mark in marks:
        pair, moment = (mark["post_id"], mark["metric"]), mark["since"]
        known = since.setdefault(pair, moment)
        since[pair] = min(known, moment) if known and moment else None
    return since
