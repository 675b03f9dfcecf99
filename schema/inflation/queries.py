"""Queries for the queue of flags: administrators see them, for others there are none."""

from __future__ import annotations

import strawberry

from schema.inflation.lists import LATEST, InflationFlagFilter, InflationFlagOrder
from schema.inflation.types import InflationFlag
from schema.planner.declare import page
from schema.relay import Connection


@strawberry.type
class InflationQueries:
    inflation_flags: Connection[InflationFlag] = page(
        "What looks as if counts were bought 刷量; for administrators.",
        orders=InflationFlagOrder,
        by=LATEST,
        filters=InflationFlagFilter,
    )
