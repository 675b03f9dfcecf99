"""Queries for webhooks: administrators see them, for others there are none."""

from __future__ import annotations

import strawberry

from schema.planner.declare import page
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection
from schema.webhooks.lists import ENDPOINT_ORDERS, WebhookEndpointFilter, WebhookEndpointOrder
from schema.webhooks.types import WebhookEndpoint


@strawberry.type
class WebhookQueries:
    webhook_endpoints: Connection[WebhookEndpoint] = restricted(
        Restriction.NETWORK,
        page(
            "Addresses that are told of events; for administrators.",
            orders=WebhookEndpointOrder,
            by=ENDPOINT_ORDERS,
            filters=WebhookEndpointFilter,
        ),
    )
