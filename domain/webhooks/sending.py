"""Messages that are due: taken by one sender at a time, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.webhooks.rules import (
    MessageState,
    Outcome,
    WebhookEventType,
    body_of,
    next_attempt,
    outcome_of,
)

LEASE = timedelta(minutes=2)
"""How long a sender has before others may think it dead; an attempt takes 20 seconds at most."""

KEPT = timedelta(days=30)

# Endpoints take turns: the first message of each, then the second of each. One that is slow, with
# thousands waiting, keeps nobody else's back.
CLAIM = """
WITH due AS (
    SELECT m.id, row_number() OVER (PARTITION BY e.id ORDER BY m.next_at, m.id) AS turn, m.next_at
    FROM webhook_endpoint e
    CROSS JOIN LATERAL (
        SELECT id, next_at FROM webhook_message
        WHERE endpoint_id = e.id AND state = 'PENDING' AND next_at <= $1::timestamptz
        ORDER BY next_at, id LIMIT $2
    ) AS m
    ORDER BY turn, next_at, id LIMIT $2
), taken AS (
    SELECT id FROM webhook_message
    WHERE id IN (SELECT id FROM due) AND state = 'PENDING' AND next_at <= $1::timestamptz
    FOR UPDATE SKIP LOCKED
)
UPDATE webhook_message m SET attempts = m.attempts + 1, next_at = $1::timestamptz + $3::interval
FROM webhook_endpoint e, taken
WHERE m.id = taken.id AND e.id = m.endpoint_id
RETURNING m.id, m.endpoint_id, m.event_type, m.data, m.attempts, m.created_at, m.request_id,
    e.url, e.secret, CASE WHEN e.older_until > $1::timestamptz THEN e.older_secret END AS older
"""
END = """
UPDATE webhook_message SET state = $2::text, last_status = $3::int, last_error = $4::text,
    ended_at = $5::timestamptz, next_at = coalesce($6::timestamptz, next_at)
WHERE id = $1 AND state = 'PENDING' AND attempts = $7
"""
POSTPONE = """
UPDATE webhook_message SET next_at = GREATEST(next_at, $2::timestamptz)
WHERE endpoint_id = $1 AND state = 'PENDING'
"""
CLOSE = """
UPDATE webhook_endpoint SET disabled_at = $2, disabled_why = 'it answered 410 Gone'
WHERE id = $1 AND disabled_at IS NULL
"""
BURY = """
UPDATE webhook_message SET state = 'DEAD', ended_at = $2
WHERE endpoint_id = $1 AND state = 'PENDING'
"""
FORGET = "DELETE FROM webhook_message WHERE state = 'DELIVERED' AND ended_at < $1"


@dataclass(frozen=True, slots=True)
class Due:
    """A message to send now. attempts: this one among them. secrets: sealed, each signs.
    request_id: of the request that caused it, if one did."""

    id: int
    endpoint_id: int
    attempts: int
    url: str
    body: bytes
    secrets: Sequence[bytes] = field(repr=False)
    request_id: str = ""

    @property
    def webhook_id(self) -> str:
        """The same in every attempt, also when it is replayed."""
        return f"msg_{self.id}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt came to. status: of the answer; None where there was none, then `error`."""

    status: int | None
    error: str = ""
    retry_after: timedelta | None = None


async def claim(client: BaseDBAsyncClient, *, now: datetime, most: int) -> list[Due]:
    """Takes messages that are due; nobody else gets them before the lease is over."""
    rows = await client.execute_query_dict(CLAIM, [now, most, LEASE])
    return [
        Due(
            id=row["id"],
            endpoint_id=row["endpoint_id"],
            attempts=row["attempts"],
            url=row["url"],
            body=body_of(
                WebhookEventType(row["event_type"]), row["created_at"], json.loads(row["data"])
            ),
            request_id=row["request_id"],
            secrets=[bytes(row[name]) for name in ("secret", "older") if row[name] is not None],
        )
        for row in rows
    ]


async def conclude(
    client: BaseDBAsyncClient, due: Due, attempt: Attempt, *, now: datetime, chance: float
) -> Outcome:
    """Writes down what became of it, and when it is tried again; a dead one stays for people."""
    outcome = Outcome.RETRY if attempt.status is None else outcome_of(attempt.status)
    again = next_attempt(due.attempts, now=now, chance=chance, retry_after=attempt.retry_after)
    state, ended_at = MessageState.PENDING, None
    if outcome is Outcome.DELIVERED:
        state, ended_at, again = MessageState.DELIVERED, now, None
    elif outcome is Outcome.GONE or again is None:
        state, ended_at, again = MessageState.DEAD, now, None
    values = [due.id, state.value, attempt.status, attempt.error[:300], ended_at, again]
    await client.execute_query(END, [*values, due.attempts])
    if outcome is Outcome.GONE:
        await client.execute_query(CLOSE, [due.endpoint_id, now])
        await bury(client, due.endpoint_id, now)
    elif outcome is Outcome.SLOW_DOWN and again is not None:
        await client.execute_query(POSTPONE, [due.endpoint_id, again])
    return outcome


async def bury(client: BaseDBAsyncClient, endpoint_id: int, now: datetime) -> None:
    """What waits for an endpoint that is no more is dead."""
    await client.execute_query(BURY, [endpoint_id, now])


async def forget_delivered(client: BaseDBAsyncClient, *, now: datetime) -> None:
    await client.execute_query(FORGET, [now - KEPT])
