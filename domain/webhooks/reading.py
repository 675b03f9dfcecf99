"""Endpoints and messages, as plain data for the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.access import Viewer, require_administrator
from domain.ids import format_id
from domain.webhooks.models import WebhookEndpoint, WebhookMessage
from domain.webhooks.rules import MessageState


async def endpoints(viewer: Viewer) -> list[dict[str, Any]]:
    require_administrator(viewer)
    return [
        {
            "id": format_id("WebhookEndpoint", row.id),
            "url": row.url,
            "description": row.description,
            "events": row.events,
            "disabledAt": _iso(row.disabled_at),
            "disabledWhy": row.disabled_why,
            "pending": await _count(row.id, MessageState.PENDING),
            "dead": await _count(row.id, MessageState.DEAD),
        }
        for row in await WebhookEndpoint.all().order_by("id")
    ]


async def messages(
    viewer: Viewer, endpoint_id: int, *, state: MessageState | None, most: int
) -> list[dict[str, Any]]:
    """The latest first."""
    require_administrator(viewer)
    asked = WebhookMessage.filter(endpoint_id=endpoint_id)
    if state is not None:
        asked = asked.filter(state=state)
    return [
        {
            "id": format_id("WebhookMessage", row.id),
            "type": row.event_type.wire_name,
            "data": row.data,
            "state": row.state.value,
            "attempts": row.attempts,
            "lastStatus": row.last_status,
            "lastError": row.last_error,
            "createdAt": _iso(row.created_at),
            "endedAt": _iso(row.ended_at),
        }
        for row in await asked.order_by("-id").limit(most)
    ]


async def _count(endpoint_id: int, state: MessageState) -> int:
    return await WebhookMessage.filter(endpoint_id=endpoint_id, state=state).count()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
