"""How lists of distributions are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.distribution.rules import DistributionState, DistributionWay
from domain.partners.rules import Platform
from schema.described import described
from schema.planner.declare import belonging, condition
from schema.planner.readings import Order


class DistributionOrder(StrEnum):
    LATEST = "LATEST"


described(DistributionOrder, "Orders of distributions.", LATEST="The latest offered first.")

IS_RECALLED = (
    "({row}.state = 'ACCEPTED' AND EXISTS (SELECT FROM article w"
    " WHERE w.id = {row}.article_id AND w.status = 'WITHDRAWN'))"
)
LATEST = {"LATEST": Order("{row}.id", "bigint")}


@strawberry.input(description="Which distributions; all conditions given must hold.")
class DistributionFilter:
    article_id: strawberry.ID | None = belonging("Of this article.", "article_id", "Article")
    account_id: strawberry.ID | None = belonging("For this account.", "account_id", "Account")
    state: DistributionState | None = condition("In this state.", "{row}.state = {value}", "text")
    way: DistributionWay | None = condition("Going this way.", "{row}.way = {value}", "text")
    is_recalled: bool | None = condition(
        "Whether their article was withdrawn since.", f"{IS_RECALLED} = {{value}}", "boolean"
    )
    platform: Platform | None = condition(
        "To this platform.",
        "{row}.account_id IN (SELECT x.id FROM account x WHERE x.platform = {value})",
        "text",
    )
