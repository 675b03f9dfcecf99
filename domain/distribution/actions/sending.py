"""What workers send: taken by one at a time, and what the platform said.

What was cancelled when an attempt had begun is not sent again, but it may stand there: the answer
of that attempt still counts, and a worker asks the platform for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.changes import changing
from domain.distribution.actions.answering import Carried, conclude, settle
from domain.distribution.models import Distribution
from domain.distribution.rules import LEASE, LONGEST_REASON, DistributionState, next_attempt
from domain.partners.models import Account

CLAIM = """
WITH due AS (
    SELECT id FROM distribution
    WHERE next_at <= $1::timestamptz
    ORDER BY next_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE distribution d SET attempts = d.attempts + 1, next_at = $1::timestamptz + $3::interval
FROM due WHERE d.id = due.id
RETURNING d.id, d.account_id, d.attempts, d.package, d.state = 'CANCELLED' AS is_cancelled
"""

OF_WORKERS = (DistributionState.QUEUED, DistributionState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Due:
    """One to send now. attempts: this one among them. is_cancelled: it is only looked for."""

    id: int
    account_id: int
    attempts: int
    package: Mapping[str, Any]
    is_cancelled: bool


async def claim(client: BaseDBAsyncClient, *, now: datetime, most: int) -> list[Due]:
    """Nobody else gets them before the lease is over."""
    rows = await client.execute_query_dict(CLAIM, [now, most, LEASE])
    return [Due(**{**row, "package": json.loads(row["package"])}) for row in rows]


async def taken(act: Act, due: Due, carried: Carried) -> bool:
    """The platform shows it, also where it was cancelled while it was being sent: what stands there
    is known, so that it can be taken down. Whether that was news: an attempt that came too late
    changes nothing."""
    async with changing() as client:
        row = await _still(client, due)
        if row is None:
            return False
        account = await Account.get(id=row.account_id, using_db=client)
        await conclude(client, act, row, account, carried)
        return True


async def turned_away(
    act: Act, due: Due, why: str, *, for_good: bool, retry_after: timedelta | None = None
) -> DistributionState | None:
    """It did not arrive: tried again later, or refused. What was cancelled stays so, and is looked
    for again where the platform did not tell. None for an attempt that came too late."""
    async with changing() as client:
        row = await _still(client, due)
        if row is None or (row.state is DistributionState.CANCELLED) is not due.is_cancelled:
            return None
        again = None if for_good else next_attempt(due.attempts, act.now, retry_after)
        if again is None and row.state is DistributionState.QUEUED:
            reason = why[:LONGEST_REASON]
            await settle(client, act, row, DistributionState.REFUSED, "distribution.refuse", reason)
        else:
            row.next_at = again
            await row.save(using_db=client, update_fields=["next_at"])
        return row.state


async def _still(client: BaseDBAsyncClient, due: Due) -> Distribution | None:
    """The row, held, unless it was answered or another worker took it over meanwhile."""
    found = Distribution.filter(id=due.id, state__in=OF_WORKERS, attempts=due.attempts)
    return await found.using_db(client).select_for_update(no_key=True).first()
