"""How lists of endpoints and of messages are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.webhooks.rules import MessageState, WebhookEventType
from schema.described import described
from schema.engagement.orders import BY_ID
from schema.planner.declare import condition
from schema.planner.readings import Order


class WebhookEndpointOrder(StrEnum):
    ENTERED = "ENTERED"


class WebhookMessageOrder(StrEnum):
    LATEST = "LATEST"


described(WebhookEndpointOrder, "Orders of endpoints.", ENTERED="As they were registered.")
described(WebhookMessageOrder, "Orders of messages.", LATEST="The latest first.")

ENDPOINT_ORDERS = {"ENTERED": BY_ID}
MESSAGE_ORDERS = {"LATEST": Order("{row}.id", "bigint")}


@strawberry.input(description="Which endpoints; all conditions given must hold.")
class WebhookEndpointFilter:
    event: WebhookEventType | None = condition(
        "Told of this.", "{value} = ANY({row}.events)", "text"
    )


@strawberry.input(description="Which messages; all conditions given must hold.")
class WebhookMessageFilter:
    state: MessageState | None = condition("In this state.", "{row}.state = {value}", "text")
