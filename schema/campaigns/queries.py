"""Queries for campaigns."""

from __future__ import annotations

import strawberry

from schema.campaigns.lists import CAMPAIGN_ORDERS, CampaignFilter, CampaignOrder
from schema.campaigns.types import Campaign
from schema.lookups import has_id
from schema.planner.declare import argument, one, page
from schema.relay import Connection


@strawberry.type
class CampaignQueries:
    campaign: Campaign | None = one(
        has_id("Campaign"),
        "One campaign; null when there is none.",
        arguments=(argument("id", strawberry.ID, "Its global id, e.g. Campaign:12."),),
    )
    campaigns: Connection[Campaign] = page(
        "Campaigns.",
        orders=CampaignOrder,
        by=CAMPAIGN_ORDERS,
        filters=CampaignFilter,
        size="campaign",
    )
