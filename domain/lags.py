"""How far behind everything is: what waits, and since when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import asyncpg

LEDGER = """
SELECT coalesce(
    (SELECT id FROM engagement_dirty ORDER BY id DESC LIMIT 1)
    - (SELECT id FROM engagement_dirty ORDER BY id LIMIT 1) + 1, 0
) AS waiting, coalesce(
    (SELECT extract(epoch FROM $1::timestamptz - marked_at)
     FROM engagement_dirty ORDER BY id LIMIT 1), 0
)::float8 AS seconds
"""
PULLS = """
SELECT count(*) AS waiting,
    coalesce(extract(epoch FROM $1::timestamptz - min(p.next_at)), 0)::float8 AS seconds
FROM post_pull p
JOIN account a ON a.id = p.account_id
LEFT JOIN account_pull s ON s.account_id = a.id
WHERE p.next_at <= $1 AND a.platform = ANY($2::text[])
    AND (s.paused_until IS NULL OR s.paused_until <= $1)
"""
PAUSED = """
SELECT last_failure_kind AS kind, count(*) AS accounts FROM account_pull
WHERE paused_until > $1 GROUP BY last_failure_kind
"""
WEBHOOKS = """
SELECT count(*) FILTER (WHERE state = 'PENDING') AS waiting,
    count(*) FILTER (WHERE state = 'DEAD') AS dead,
    coalesce(
        extract(epoch FROM $1::timestamptz - min(created_at) FILTER (WHERE state = 'PENDING')), 0
    )::float8 AS seconds
FROM webhook_message WHERE state IN ('PENDING', 'DEAD')
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """waiting: how many. seconds: how long the oldest has waited; 0 when none waits."""

    waiting: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lags:
    """ledger: marks for the roll-up. pulls: posts that are due on accounts that may be asked.
    webhooks: messages that are to be sent; dead_webhooks: given up. paused: accounts that are not
    asked now, by the kind of failure."""

    ledger: Lag
    pulls: Lag
    webhooks: Lag
    dead_webhooks: int
    paused: dict[str, int]


async def lags(
    connection: asyncpg.Connection, *, now: datetime, platforms: Collection[str]
) -> Lags:
    """platforms: those that are asked."""
    ledger = await connection.fetchrow(LEDGER, now)
    pulls = await connection.fetchrow(PULLS, now, sorted(platforms))
    webhooks = await connection.fetchrow(WEBHOOKS, now)
    paused = await connection.fetch(PAUSED, now)
    return Lags(
        ledger=Lag(ledger["waiting"], max(ledger["seconds"], 0.0)),
        pulls=Lag(pulls["waiting"], pulls["seconds"]),
        webhooks=Lag(webhooks["waiting"], max(webhooks["seconds"], 0.0)),
        dead_webhooks=webhooks["dead"],
        paused={row["kind"] or "NONE": row["accounts"] for row in paused},
    )
