"""The log of pushes, as their sender reads it."""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.deliveries.answers import answer_of
from domain.deliveries.models import Delivery, Restatement
from domain.ids import format_id


async def deliveries_of(partner_id: int, *, before: int | None, most: int) -> list[Delivery]:
    """Newest first; those before that number."""
    asked = Delivery.filter(partner_id=partner_id)
    if before is not None:
        asked = asked.filter(id__lt=before)
    return await asked.order_by("-id").limit(most)


async def delivery_named(partner_id: int, webhook_id: str) -> Delivery | None:
    """The latest of this id: one that was forgotten may have been used again."""
    return (
        await Delivery.filter(partner_id=partner_id, webhook_id=webhook_id).order_by("-id").first()
    )


async def restatements_of(delivery: Delivery) -> list[Restatement]:
    return await Restatement.filter(delivery_id=delivery.id).order_by("index")


async def requests_of(client: BaseDBAsyncClient, delivery_ids: list[int]) -> list[str]:
    """The ids of the requests that brought these, in the same order; of commands there is none."""
    rows = await Delivery.filter(id__in=delivery_ids).using_db(client).order_by("id")
    return [row.request_id for row in rows if row.request_id]


def listed(delivery: Delivery) -> dict[str, Any]:
    """One delivery in a list: how many, not which."""
    return {
        "id": format_id("Delivery", delivery.id),
        "webhookId": delivery.webhook_id,
        "receivedAt": delivery.received_at.isoformat(),
        "items": delivery.items,
        "accepted": delivery.accepted,
        "duplicates": delivery.duplicates,
        "restated": delivery.restated,
        "rejected": len(delivery.rejected),
    }


def detailed(delivery: Delivery, restatements: list[Restatement]) -> dict[str, Any]:
    """One delivery with every rejected item as it was sent, and every reason that was given."""
    return {
        **listed(delivery),
        "registered": answer_of(delivery).get("registered", []),
        "rejected": delivery.rejected,
        "restatements": [
            {
                "index": row.index,
                "post": format_id("Post", row.post_id),
                "metric": row.metric,
                "observedAt": row.observed_at.isoformat(),
                "reason": row.reason,
            }
            for row in restatements
        ],
    }
