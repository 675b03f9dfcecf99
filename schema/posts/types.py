"""Posts: what is counted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.posts.access import visible
from domain.posts.rules import PostState
from schema.engagement.types import Counted
from schema.inflation.lists import LATEST, EngagementDiscountFilter, EngagementDiscountOrder
from schema.inflation.types import EngagementDiscount
from schema.organizations.types import Organization
from schema.partners.types import Account, Partner
from schema.planner.declare import column, one, page, to_one
from schema.planner.readings import stands_on
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection, Node

if TYPE_CHECKING:
    from schema.articles.types import Article
    from schema.campaigns.types import Campaign


@stands_on("post", visible, kind="POST")
@strawberry.type(description="One piece of content on one account: what is counted.")
class Post(Counted, Node):
    external_id: str = column("The platform's own identifier.")
    url: str = column("Where it can be seen; may be empty.")
    title: str = column("Its title; may be empty.")
    state: PostState = column("Whether the platform still has it.")
    posted_at: datetime = column("When it appeared.")
    created_at: datetime = column("When it was registered here.")
    account: Account = to_one("account_id", "The account it stands on.")
    partner: Partner = one(
        "{row}.id = (SELECT a.partner_id FROM account a WHERE a.id = {parent}.account_id)",
        "The partner whose account that is.",
    )
    organization: Organization = to_one("organization_id", "Where it counts.")
    article: Annotated[Article, strawberry.lazy("schema.articles.types")] | None = to_one(
        "article_id", "The article it carries; null when none, or not yours to see."
    )
    campaign: Annotated[Campaign, strawberry.lazy("schema.campaigns.types")] | None = to_one(
        "campaign_id", "The campaign it belongs to."
    )
    repost_of: Annotated[Post, strawberry.lazy("schema.posts.types")] | None = to_one(
        "repost_of_id", "The post it repeats; null when none, or not yours to see."
    )
    discounts: Connection[EngagementDiscount] = restricted(
        Restriction.FIGURES,
        page(
            "What of its totals was confirmed to be bought. Totals contain it.",
            orders=EngagementDiscountOrder,
            by=LATEST,
            filters=EngagementDiscountFilter,
            where="{row}.post_id = {parent}.id",
        ),
    )
