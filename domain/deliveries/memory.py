"""Which pushes are remembered, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.deliveries.models import Delivery, RememberedPush
from domain.deliveries.rules import REMEMBERED_DAYS

FORGET = """
WITH gone AS (
    DELETE FROM remembered_push
    WHERE received_at < LEAST($1::timestamptz, now() - $2::int * interval '1 day')
    RETURNING 1
)
SELECT count(*) AS gone FROM gone
"""


async def recall(client: BaseDBAsyncClient, partner_id: int, webhook_id: str) -> Delivery | None:
    """The delivery of this id, if it is still remembered."""
    memory = await RememberedPush.get_or_none(
        partner_id=partner_id, webhook_id=webhook_id, using_db=client
    ).select_related("delivery")
    return None if memory is None else memory.delivery


async def remember(client: BaseDBAsyncClient, delivery: Delivery) -> None:
    await RememberedPush.create(
        using_db=client,
        partner_id=delivery.partner_id,
        webhook_id=delivery.webhook_id,
        delivery=delivery,
        received_at=delivery.received_at,
    )


async def forget(client: BaseDBAsyncClient, *, now: datetime, days: int) -> int:
    """Forgets ids older than `days`, but never one that either clock, ours or the database's,
    holds to be younger than REMEMBERED_DAYS; returns how many."""
    kept = timedelta(days=max(days, REMEMBERED_DAYS))
    rows = await client.execute_query_dict(FORGET, [now - kept, REMEMBERED_DAYS])
    return int(rows[0]["gone"])
