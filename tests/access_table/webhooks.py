"""Who is told of events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from domain.webhooks import actions as webhooks
from domain.webhooks.models import WebhookMessage
from domain.webhooks.rules import MessageState, WebhookEventType
from tests.access_table.callers import NETWORK, NOBODY, ONE, ONLY_NETWORK, Read, Write, listed
from tests.access_table.district import SECRET, District, make_endpoint

QUERIES: dict[str, list[Read]] = {
    "node": [
        Read('{ it: node(id: "%(endpoint)s") { id } }', NETWORK, {"id": "%(endpoint)s"}),
    ],
    "webhookEndpoints": [
        Read(
            "{ it: webhookEndpoints " + ONE + " }", NETWORK, listed("endpoint"), selected_by=NETWORK
        )
    ],
}


async def _new_endpoint(district: District) -> dict[str, Any]:
    return {"url": "https://example.org/new", "events": ["ARTICLE_PUBLISHED"], "secret": SECRET}


async def _endpoint(district: District) -> dict[str, Any]:
    return {"id": f"WebhookEndpoint:{await make_endpoint(district)}"}


async def _disabled(district: District) -> dict[str, Any]:
    number = await make_endpoint(district)
    await webhooks.disable(district.act, number)
    return {"id": f"WebhookEndpoint:{number}"}


async def _rotated(district: District) -> dict[str, Any]:
    return {**await _endpoint(district), "secret": SECRET.replace("A", "B")}


async def _message(district: District) -> dict[str, Any]:
    message = await WebhookMessage.create(
        endpoint_id=await make_endpoint(district),
        event_type=WebhookEventType.ARTICLE_PUBLISHED,
        data={},
        state=MessageState.DEAD,
        attempts=1,
        next_at=datetime.now(UTC),
        created_at=datetime.now(UTC),
        ended_at=datetime.now(UTC),
    )
    return {"id": f"WebhookMessage:{message.id}"}


MUTATIONS: dict[str, Write] = {
    "registerWebhookEndpoint": Write(_new_endpoint, ONLY_NETWORK, NOBODY),
    "rotateWebhookSecret": Write(_rotated, ONLY_NETWORK, NOBODY),
    "disableWebhookEndpoint": Write(_endpoint, ONLY_NETWORK, NOBODY),
    "enableWebhookEndpoint": Write(_disabled, ONLY_NETWORK, NOBODY),
    "replayWebhookMessage": Write(_message, ONLY_NETWORK, NOBODY),
}
