"""Totals can be followed, as they change."""

from __future__ import annotations

import strawberry

from schema.engagement.types import Counted
from schema.planner.declare import argument, by_id


@strawberry.type
class EngagementSubscriptions:
    engagement_changed: list[Counted] = by_id(
        "Those of them whose totals changed, where that changes what you select; first, all of them"
        " as they are. Several changes within a moment come as one. What you may not see never"
        " comes.",
        argument("ids", list[strawberry.ID], "At most 100 global ids of what has totals."),
    )
