"""Flags that look as if counts were bought 刷量, and the discounts that were confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.engagement.rules import Metric
from domain.inflation.access import visible
from domain.inflation.flags import FlagKind
from domain.inflation.states import InflationState
from schema.planner.declare import column, one, to_one
from schema.planner.readings import stands_on
from schema.relay import Node
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.posts.types import Post


@stands_on("inflation_flag", visible)
@strawberry.type(description="Evidence that counts of a post may be bought, for a person to judge.")
class InflationFlag(Node):
    kind: FlagKind = column("Which rule found it.")
    metric: Metric = column("Of which counter.")
    bucket: datetime = column("When the hour or day begins it is about; for RATIO publication.")
    bucket_hours: int = column("How long that is, in hours; 0 for all since publication.")
    observed: float = column("What was seen, in the unit of its kind.")
    low: float = column("The least that would be usual.")
    high: float = column("The most that would be usual.")
    score: float = column("Spreads above the median, or how many times beyond the usual.")
    inputs: str = column("What the score follows from, as JSON.", "{row}.inputs::text")
    rule_version: str = column("Version of the thresholds that said so.")
    found_at: datetime = column("When it was found.")
    state: InflationState = column("What a person decided.")
    reason: str = column("Why it was decided so; empty while it is open.")
    decided_by: str = column("Who decided; empty while it is open.")
    decided_at: datetime | None = column("When that was decided.")
    version: int = column("Counts its changes; a decision names the one it is about.")
    post: Annotated[Post, strawberry.lazy("schema.posts.types")] | None = to_one(
        "post_id", "Whose counts."
    )
    discount: EngagementDiscount | None = one(
        "{row}.flag_id = {parent}.id", "What was confirmed to be bought; null when nothing was."
    )


@stands_on("engagement_discount", visible)
@strawberry.type(
    description="How much of a post's total a person holds to be bought; the total stays as it is."
)
class EngagementDiscount(Node):
    metric: Metric = column("Of which counter.")
    value: BigInt = column("How much.")
    reason: str = column("Why.")
    confirmed_by: str = column("Who confirmed it.")
    confirmed_at: datetime = column("When.")
    flag: InflationFlag | None = to_one("flag_id", "The evidence.")
    post: Annotated[Post, strawberry.lazy("schema.posts.types")] | None = to_one(
        "post_id", "Whose counts."
    )
