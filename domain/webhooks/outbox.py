"""Events into the outbox, in the transaction of what they tell of: told of both or of neither."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.webhooks.rules import WebhookEventType

EMIT = """
INSERT INTO webhook_message (endpoint_id, event_type, data, state, attempts, next_at, created_at,
    last_error, request_id)
SELECT id, $1::text, $2::jsonb, 'PENDING', 0, $3::timestamptz, $3::timestamptz, '', $4::text
FROM webhook_endpoint
WHERE disabled_at IS NULL AND $1::text = ANY(events)
"""

CROSSINGS = """
WITH crossed AS (
    INSERT INTO webhook_crossing (endpoint_id, subject_id)
    SELECT e.id, t.subject_id
    FROM webhook_endpoint e
    JOIN engagement_total t ON t.subject_kind = e.threshold_kind AND t.metric = e.threshold_metric
        AND t.rank >= e.threshold_value
    WHERE {which} AND NOT EXISTS (
        SELECT FROM webhook_crossing c
        WHERE c.endpoint_id = e.id AND c.subject_id = t.subject_id
    )
    ORDER BY e.id, t.subject_id
    LIMIT $1
    ON CONFLICT DO NOTHING
    RETURNING endpoint_id, subject_id
)
"""
LEARN = f"{CROSSINGS.format(which='e.id = $2')} SELECT count(*) AS n FROM crossed"
TELL = f"""
{CROSSINGS.format(which="e.disabled_at IS NULL AND e.threshold_value IS NOT NULL")},
told AS (
    INSERT INTO webhook_message (endpoint_id, event_type, data, state, attempts, next_at,
        created_at, last_error)
    SELECT e.id, 'ENGAGEMENT_THRESHOLD', jsonb_build_object(
        'subject', initcap(e.threshold_kind) || ':' || t.subject_id,
        'metric', e.threshold_metric,
        'threshold', e.threshold_value,
        'value', t.value,
        'asOf', t.as_of
    ), 'PENDING', 0, $2::timestamptz, $2::timestamptz, ''
    FROM crossed c
    JOIN webhook_endpoint e ON e.id = c.endpoint_id
    JOIN engagement_total t ON t.subject_kind = e.threshold_kind AND t.metric = e.threshold_metric
        AND t.subject_id = c.subject_id
    RETURNING 1
)
SELECT count(*) AS n FROM told
"""
MOST = 1_000
EVERY = 2**31 - 1


async def emit(
    client: BaseDBAsyncClient,
    event_type: WebhookEventType,
    data: Mapping[str, Any],
    *,
    act: Act,
) -> None:
    """A message to every endpoint that wants to know, in the caller's transaction. act: what it
    tells of; its request's id goes with the message."""
    told = json.dumps(dict(data), ensure_ascii=False)
    await client.execute_query(EMIT, [event_type.value, told, act.now, act.request_id])


async def learn_crossings(client: BaseDBAsyncClient, endpoint_id: int) -> None:
    """What is above a new endpoint's threshold already is no news."""
    await client.execute_query_dict(LEARN, [EVERY, endpoint_id])


async def tell_crossings(client: BaseDBAsyncClient, *, now: datetime) -> int:
    """Messages of the subjects that reached a threshold since; MOST of them at once."""
    rows = await client.execute_query_dict(TELL, [MOST, now])
    return int(rows[0]["n"])
