"""Finds flags in the ledger and puts the new ones into the queue."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

from domain.access import Act
from domain.database import transaction
from domain.inflation.actions import enter
from domain.inflation.flags import Flag
from domain.inflation.ratios import flags_of
from domain.inflation.reading import Ledger, read
from domain.inflation.rules import review
from domain.inflation.thresholds import Thresholds, current

DAYS = 30
"""How long a post is looked at after it was published."""
MOST_POSTS = 5_000
"""The newest that are looked at, so that a search ends soon however many there are."""


async def find(act: Act, *, zone: ZoneInfo) -> int:
    """How many flags are new; found again, they are the same."""
    ledger = await read(since=act.now - timedelta(DAYS), zone=zone, most=MOST_POSTS)
    # Seconds of arithmetic: in a thread, so that a worker's heartbeat goes on.
    flags = await asyncio.to_thread(all_flags, ledger, current())
    async with transaction() as client:
        return await enter(client, act, flags)


def all_flags(ledger: Ledger, thresholds: Thresholds) -> list[Flag]:
    """What every rule says."""
    said = review(ledger.courses, thresholds)
    return [*said.flags, *flags_of(ledger.standings, thresholds)]
