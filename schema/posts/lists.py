"""How lists of posts are ordered and narrowed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.partners.rules import Platform
from domain.posts.rules import PostState
from schema.described import described
from schema.engagement.orders import most_read
from schema.lookups import below
from schema.planner.declare import condition
from schema.planner.readings import Order


class PostOrder(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    MOST_READ = "MOST_READ"


described(
    PostOrder,
    "Orders of posts.",
    NEWEST="Posted last first.",
    OLDEST="Posted first first.",
    MOST_READ="Most reads first; unknown last.",
)


POST_ORDERS = {
    "NEWEST": Order("{row}.posted_at", "timestamptz"),
    "OLDEST": Order("{row}.posted_at", "timestamptz", descending=False),
    "MOST_READ": most_read("POST"),
}


@strawberry.input(description="Which posts; all conditions given must hold.")
class PostFilter:
    account_id: strawberry.ID | None = condition(
        "On this account.", "{row}.account_id = {value}", "bigint", id_of=("Account",)
    )
    article_id: strawberry.ID | None = condition(
        "Of this article.", "{row}.article_id = {value}", "bigint", id_of=("Article",)
    )
    campaign_id: strawberry.ID | None = condition(
        "Of this campaign.", "{row}.campaign_id = {value}", "bigint", id_of=("Campaign",)
    )
    within: strawberry.ID | None = condition(
        "Counting for this organization or one below it.",
        below("organization_id"),
        "bigint",
        id_of=("Organization",),
    )
    platform: Platform | None = condition(
        "On this platform.",
        "{row}.account_id IN (SELECT x.id FROM account x WHERE x.platform = {value})",
        "text",
    )
    state: PostState | None = condition("In this state.", "{row}.state = {value}", "text")
    posted_since: datetime | None = condition(
        "Posted at this moment or later.", "{row}.posted_at >= {value}", "timestamptz"
    )
    posted_before: datetime | None = condition(
        "Posted before this moment.", "{row}.posted_at < {value}", "timestamptz"
    )
