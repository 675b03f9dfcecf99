"""The calendar of publications."""

from __future__ import annotations

import strawberry

from schema.planner.declare import page
from schema.publishing.lists import PLAN_ORDERS, PublicationPlanFilter, PublicationPlanOrder
from schema.publishing.types import PublicationPlan
from schema.relay import Connection


@strawberry.type
class PublishingQueries:
    publication_plans: Connection[PublicationPlan] = page(
        "The calendar: what is planned of articles, and what became of it; seen by who sees their"
        " drafts.",
        orders=PublicationPlanOrder,
        by=PLAN_ORDERS,
        filters=PublicationPlanFilter,
    )
