"""How lists of campaigns are ordered and narrowed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from schema.described import described
from schema.engagement.orders import most_read
from schema.lookups import below
from schema.planner.declare import condition
from schema.planner.readings import Order


class CampaignOrder(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    MOST_READ = "MOST_READ"


described(
    CampaignOrder,
    "Orders of campaigns.",
    NEWEST="Started last first.",
    OLDEST="Started first first.",
    MOST_READ="Most reads first; unknown last.",
)


CAMPAIGN_ORDERS = {
    "NEWEST": Order("{row}.starts_at", "timestamptz"),
    "OLDEST": Order("{row}.starts_at", "timestamptz", descending=False),
    "MOST_READ": most_read("CAMPAIGN"),
}


@strawberry.input(description="Which campaigns; all conditions given must hold.")
class CampaignFilter:
    within: strawberry.ID | None = condition(
        "Of this organization or one below it.",
        below("organization_id"),
        "bigint",
        id_of=("Organization",),
    )
    running_at: datetime | None = condition(
        "Whose period holds this moment.",
        "{value} >= {row}.starts_at AND {value} < {row}.ends_at",
        "timestamptz",
    )
