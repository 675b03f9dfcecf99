"""Queries for partners and accounts."""

from __future__ import annotations

import strawberry

from schema.lookups import has_id
from schema.partners.lists import PARTNER_ORDERS, PartnerFilter, PartnerOrder
from schema.partners.types import Account, Partner
from schema.planner.declare import argument, one, page
from schema.relay import Connection


@strawberry.type
class PartnerQueries:
    partner: Partner | None = one(
        has_id("Partner"),
        "One partner; null when there is none.",
        arguments=(argument("id", strawberry.ID, "Its global id, e.g. Partner:12."),),
    )
    partners: Connection[Partner] = page(
        "Partners.", orders=PartnerOrder, by=PARTNER_ORDERS, filters=PartnerFilter, size="partner"
    )
    account: Account | None = one(
        has_id("Account"),
        "One account; null when there is none.",
        arguments=(argument("id", strawberry.ID, "Its global id, e.g. Account:12."),),
    )
