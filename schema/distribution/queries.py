"""Queries for what is on its way to accounts."""

from __future__ import annotations

import strawberry

from schema.distribution.lists import LATEST, DistributionFilter, DistributionOrder
from schema.distribution.types import Distribution
from schema.lookups import has_id
from schema.planner.declare import argument, one, page
from schema.relay import Connection


@strawberry.type
class DistributionQueries:
    distribution: Distribution | None = one(
        has_id("Distribution"),
        "One distribution; null when there is none, or it is not yours to see.",
        arguments=(argument("id", strawberry.ID, "Its global id, e.g. Distribution:12."),),
    )
    distributions: Connection[Distribution] = page(
        "Articles on their way to accounts: of a partner those to its own, of an editor those of"
        " the organizations whose drafts they see.",
        orders=DistributionOrder,
        by=LATEST,
        filters=DistributionFilter,
    )
