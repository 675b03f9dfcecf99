"""Addresses that are told of events, and the messages to them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.engagement.rules import Metric, SubjectKind
from domain.webhooks.access import visible
from domain.webhooks.rules import MessageState, WebhookEventType
from schema.planner.declare import column, page, to_one
from schema.planner.readings import stands_on
from schema.relay import Connection, Node
from schema.scalars import BigInt
from schema.webhooks.lists import MESSAGE_ORDERS, WebhookMessageFilter, WebhookMessageOrder


@stands_on("webhook_endpoint", visible)
@strawberry.type(description="An address that is told of events. Its secret is never shown.")
class WebhookEndpoint(Node):
    url: str = column("Where messages are sent.")
    description: str = column("Whose it is, or what for.")
    events: list[WebhookEventType] = column("Of what it is told.", "to_json({row}.events)")
    threshold_kind: SubjectKind | None = column("Whose totals its threshold is about.")
    threshold_metric: Metric | None = column("Which totals its threshold is about.")
    threshold_value: BigInt | None = column("What these must have reached.")
    created_at: datetime = column("When it was registered.")
    disabled_at: datetime | None = column("Since when nothing is sent to it; null while it is.")
    disabled_why: str = column("Why nothing is sent to it.")
    messages: Connection[WebhookMessage] = page(
        "The messages to it.",
        orders=WebhookMessageOrder,
        by=MESSAGE_ORDERS,
        filters=WebhookMessageFilter,
        where="{row}.endpoint_id = {parent}.id",
        size="webhook_message.endpoint_id",
    )


@stands_on("webhook_message", visible)
@strawberry.type(description="One event on its way to one address.")
class WebhookMessage(Node):
    webhook_id: str = column("The same in every attempt.", "'msg_' || {row}.id")
    event_type: WebhookEventType = column("What it tells of.")
    data: str = column("What it says, as JSON.", "{row}.data::text")
    state: MessageState = column("Where it stands.")
    attempts: int = column("How often it was tried.")
    next_at: datetime | None = column(
        "When it is tried next; null when it is not.",
        "CASE WHEN {row}.state = 'PENDING' THEN {row}.next_at END",
    )
    last_status: int | None = column("HTTP status of the last answer; null where there was none.")
    last_error: str = column("What went wrong in the last attempt, where there was no answer.")
    created_at: datetime = column("When it happened.")
    ended_at: datetime | None = column("When it was taken, or given up.")
    endpoint: WebhookEndpoint | None = to_one("endpoint_id", "To whom.")
