"""How lists of flags and of discounts are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.engagement.rules import Metric
from domain.inflation.flags import FlagKind
from domain.inflation.states import InflationState
from schema.described import described
from schema.planner.declare import condition
from schema.planner.readings import Order


class InflationFlagOrder(StrEnum):
    LATEST = "LATEST"


class EngagementDiscountOrder(StrEnum):
    LATEST = "LATEST"


described(InflationFlagOrder, "Orders of flags.", LATEST="The latest found first.")
described(EngagementDiscountOrder, "Orders of discounts.", LATEST="The latest first.")

LATEST = {"LATEST": Order("{row}.id", "bigint")}


@strawberry.input(description="Which flags; all conditions given must hold.")
class InflationFlagFilter:
    state: InflationState | None = condition("In this state.", "{row}.state = {value}", "text")
    kind: FlagKind | None = condition("Of this rule.", "{row}.kind = {value}", "text")
    metric: Metric | None = condition("Of this metric.", "{row}.metric = {value}", "text")


@strawberry.input(description="Which discounts; all conditions given must hold.")
class EngagementDiscountFilter:
    metric: Metric | None = condition("Of this metric.", "{row}.metric = {value}", "text")
