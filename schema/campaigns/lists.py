"""How lists of campaigns are ordered and narrowed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from schema.described import described
from schema.engagement.orders import most_read
from schema.lookups import by_time_or_reads, within
from schema.planner.declare import condition
from schema.planner.readings import Kept, Order


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


RUNNING = Kept(
    "(SELECT c.id AS campaign_id, c.starts_at, e.rank AS reads FROM campaign c"
    " JOIN engagement_total e ON e.subject_kind = 'CAMPAIGN' AND e.metric = 'READS'"
    " AND e.subject_id = c.id"
    " WHERE tstzrange(c.starts_at, c.ends_at) @> {value} OFFSET 0)",
    "campaign_id",
    "",
    {"NEWEST": "starts_at", "OLDEST": "starts_at", "MOST_READ": "reads"},
)
"""Those that run at a moment, found by their period's index before they are sorted: OFFSET 0 keeps
PostgreSQL from going through all campaigns by time until enough fit."""


@strawberry.input(description="Which campaigns; all conditions given must hold.")
class CampaignFilter:
    running_at: datetime | None = condition(
        "Whose period holds this moment.",
        "tstzrange({row}.starts_at, {row}.ends_at) @> {value}",
        "timestamptz",
        kept=RUNNING,
    )
    within: strawberry.ID | None = within(
        "Of this organization or one below it.",
        by_time_or_reads("campaign_within", "organization_id", "starts_at"),
    )
