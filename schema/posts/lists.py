"""How lists of posts are ordered and narrowed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.partners.rules import Platform
from domain.posts.rules import PostState
from schema.described import described
from schema.engagement.orders import most_read
from schema.lookups import by_reads, by_time_or_reads, within
from schema.planner.declare import belonging, condition
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
    article_id: strawberry.ID | None = belonging("Of this article.", "article_id", "Article")
    campaign_id: strawberry.ID | None = belonging(
        "Of this campaign.",
        "campaign_id",
        "Campaign",
        kept=by_reads("post_listing", "campaign_id"),
    )
    account_id: strawberry.ID | None = belonging(
        "On this account.", "account_id", "Account", kept=by_reads("post_listing", "account_id")
    )
    within: strawberry.ID | None = within(
        "Counting for this organization or one below it.",
        by_time_or_reads("post_within", "organization_id", "posted_at"),
    )
    platform: Platform | None = condition(
        "On this platform.",
        "{row}.account_id IN (SELECT x.id FROM account x WHERE x.platform = {value})",
        "text",
        kept=by_time_or_reads("post_listing", "platform", "posted_at"),
    )
    state: PostState | None = condition(
        "In this state.",
        "{row}.state = {value}",
        "text",
        kept=by_reads("post_listing", "state"),
    )
    posted_since: datetime | None = condition(
        "Posted at this moment or later.", "{row}.posted_at >= {value}", "timestamptz", side=">="
    )
    posted_before: datetime | None = condition(
        "Posted before this moment.", "{row}.posted_at < {value}", "timestamptz", side="<"
    )
