"""Counts attempts in the database, so that the limits hold across processes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.users.models import SignInAttempt
from domain.users.throttling import Counted, Throttled, wait

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 5))"
"""Attempts under one key are counted one after the other, or many at once would all be let in."""


async def attempt(counts: Sequence[Counted], *, now: datetime) -> list[int]:
    """Counts one more under each key, before anything is looked at. Returns what `forget` takes.

    Raises Throttled, and counts nothing, when there were too many.
    """
    async with transaction() as client:
        for key in sorted(counted.key for counted in counts):
            await client.execute_query(ALONE, [key])
        waits = [await _wait(client, counted, now) for counted in counts]
        longest = max((found for found in waits if found is not None), default=None)
        if longest is not None:
            raise Throttled(max(1, math.ceil(longest.total_seconds())))
        rows = [
            await SignInAttempt.create(using_db=client, key=counted.key, at=now)
            for counted in counts
        ]
        return [int(row.id) for row in rows]


async def _wait(client: BaseDBAsyncClient, counted: Counted, now: datetime) -> timedelta | None:
    latest = (
        await SignInAttempt.filter(key=counted.key, at__gt=now - counted.limit.within, at__lte=now)
        .using_db(client)
        .order_by("-at")
        .limit(counted.limit.most)
    )
    return wait(counted.limit, [row.at for row in reversed(latest)], now)


async def forget(client: BaseDBAsyncClient, attempts: Sequence[int], key: bytes) -> None:
    """These have succeeded; earlier ones under the key count no more either."""
    await SignInAttempt.filter(id__in=attempts).using_db(client).delete()
    await SignInAttempt.filter(key=key).using_db(client).delete()
