"""Queries for organizations."""

from __future__ import annotations

import strawberry

from schema.lookups import has_id
from schema.organizations.lists import ORGANIZATION_ORDERS, OrganizationFilter, OrganizationOrder
from schema.organizations.types import Organization
from schema.planner.declare import argument, one, page
from schema.relay import Connection


@strawberry.type
class OrganizationQueries:
    organization: Organization | None = one(
        has_id("Organization"),
        "One organization; null when there is none.",
        arguments=(argument("id", strawberry.ID, "Its global id, e.g. Organization:1."),),
    )
    organizations: Connection[Organization] = page(
        "Organizations.",
        orders=OrganizationOrder,
        by=ORGANIZATION_ORDERS,
        filters=OrganizationFilter,
        size="organization",
    )
