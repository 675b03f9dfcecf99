"""The ledger's parts: one for each month, made before its first observation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import asyncpg
from tortoise.exceptions import OperationalError

from domain.database import transaction

MONTHS_AHEAD = 3
LOCK = "SET LOCAL lock_timeout = '500ms'"
"""Shorter than PostgreSQL waits before it looks for deadlocks: it is always us who give up."""


async def make_months(first: date, last: date) -> int:
    """Give every month from the one of `first` to that of `last` its own part; how many were made.

    What a month has already in observation_other moves into it, unaltered, unless that would keep
    recorders waiting (more than 50,000). One that cannot be made now, because a long statement
    holds the ledger, is left to the next call: until then its observations go to
    observation_other, and are as good there.
    """
    return sum([await _make(month) for month in months_between(first, last)])


async def make_months_ahead(now: datetime) -> int:
    """The months that observations will fall into: the last, this one, and three to come."""
    today = now.astimezone(UTC).date()
    last_month = today.replace(day=1) - timedelta(days=1)
    return await make_months(last_month, today + timedelta(days=31 * MONTHS_AHEAD))


def months_between(first: date, last: date) -> Iterator[date]:
    """The first days of the months, both ends included."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


async def _make(month: date) -> bool:
    with suppress(OperationalError, asyncpg.LockNotAvailableError):
        async with transaction() as client:
            await client.execute_script(LOCK)
            rows = await client.execute_query_dict("SELECT observation_month($1) AS made", [month])
            return bool(rows[0]["made"])
    return False
