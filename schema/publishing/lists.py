"""How plans are ordered and narrowed: the calendar is what lies between two moments."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.publishing.rules import PlannedStep, PlanState
from schema.described import described
from schema.lookups import SUBTREE
from schema.planner.declare import condition
from schema.planner.readings import Order


class PublicationPlanOrder(StrEnum):
    SOONEST = "SOONEST"
    LATEST = "LATEST"


described(
    PublicationPlanOrder,
    "Orders of plans.",
    SOONEST="By their time, the earliest first.",
    LATEST="By their time, the latest first.",
)

PLAN_ORDERS = {
    "SOONEST": Order("{row}.at", "timestamptz", descending=False),
    "LATEST": Order("{row}.at", "timestamptz"),
}


@strawberry.input(description="Which plans; all conditions given must hold.")
class PublicationPlanFilter:
    since: datetime | None = condition(
        "At this moment or later.", "{row}.at >= {value}", "timestamptz"
    )
    before: datetime | None = condition("Before this moment.", "{row}.at < {value}", "timestamptz")
    state: PlanState | None = condition("In this state.", "{row}.state = {value}", "text")
    step: PlannedStep | None = condition("Of this step.", "{row}.step = {value}", "text")
    article_id: strawberry.ID | None = condition(
        "Of this article.", "{row}.article_id = {value}", "bigint", id_of=("Article",)
    )
    within: strawberry.ID | None = condition(
        "Of articles of this organization or one below it.",
        "{row}.article_id IN (SELECT planned.id FROM article planned"
        f" WHERE planned.organization_id IN ({SUBTREE}))",
        "bigint",
        id_of=("Organization",),
    )
