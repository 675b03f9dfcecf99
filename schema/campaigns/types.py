"""Online volunteer campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.campaigns.access import visible
from schema.engagement.types import Counted
from schema.lookups import by_reads
from schema.organizations.types import Organization
from schema.planner.declare import column, page, to_one
from schema.planner.readings import stands_on
from schema.posts.lists import POST_ORDERS, PostFilter, PostOrder
from schema.relay import Connection, Node
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.posts.types import Post


@stands_on("campaign", visible, kind="CAMPAIGN")
@strawberry.type(description="An online volunteer campaign 网上志愿服务活动.")
class Campaign(Counted, Node):
    title: str = column("Its title.")
    summary: str = column("A few sentences; may be empty.")
    organization: Organization = to_one("organization_id", "Who runs it.")
    starts_at: datetime = column("When its period begins.")
    ends_at: datetime = column("When its period is over.")
    goal_reads: BigInt | None = column("The reads it aims for; null when it aims for none.")
    version: int = column("Grows with every change; an update carries the one it saw.")
    created_at: datetime = column("When it was entered.")
    posts: Connection[Annotated[Post, strawberry.lazy("schema.posts.types")]] = page(
        "Its posts.",
        orders=PostOrder,
        by=POST_ORDERS,
        filters=PostFilter,
        where="{row}.campaign_id = {parent}.id",
        size="post.campaign_id",
        kept=by_reads("post_listing", "campaign_id"),
    )
