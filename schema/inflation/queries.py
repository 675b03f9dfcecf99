"""Queries for the queue of flags."""

from __future__ import annotations

import strawberry

from schema.inflation.lists import LATEST, InflationFlagFilter, InflationFlagOrder
from schema.inflation.types import InflationFlag
from schema.planner.declare import page
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection


@strawberry.type
class InflationQueries:
    inflation_flags: Connection[InflationFlag] = restricted(
        Restriction.FIGURES,
        page(
            "What looks as if counts were bought 刷量.",
            orders=InflationFlagOrder,
            by=LATEST,
            filters=InflationFlagFilter,
        ),
    )
