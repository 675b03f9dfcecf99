"""How lists of deliveries are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from schema.described import described
from schema.planner.declare import condition
from schema.planner.readings import Order


class DeliveryOrder(StrEnum):
    LATEST = "LATEST"


described(DeliveryOrder, "Orders of deliveries.", LATEST="As they came, the latest first.")

DELIVERY_ORDERS = {"LATEST": Order("{row}.id", "bigint")}


@strawberry.input(description="Which deliveries; all conditions given must hold.")
class DeliveryFilter:
    webhook_id: str | None = condition("Of this webhook-id.", "{row}.webhook_id = {value}", "text")
    has_rejections: bool | None = condition(
        "Whether some item was not taken.",
        "(jsonb_array_length({row}.rejected) > 0) = {value}",
        "",
    )
