"""Partners and their accounts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.partners.access import visible
from domain.partners.rules import PartnerKind, Platform
from schema.deliveries.lists import DELIVERY_ORDERS, DeliveryFilter, DeliveryOrder
from schema.distribution.lists import LATEST, DistributionFilter, DistributionOrder
from schema.engagement.types import Counted
from schema.indices.types import IndexScore, indices
from schema.lookups import by_reads
from schema.organizations.types import Organization
from schema.partners.lists import ACCOUNT_ORDERS, AccountFilter, AccountOrder
from schema.planner.declare import column, one, page, to_one
from schema.planner.readings import stands_on
from schema.planner.restrictions import Restriction, restricted
from schema.posts.lists import POST_ORDERS, PostFilter, PostOrder
from schema.pulling.types import PullStatus
from schema.relay import Connection, Node

if TYPE_CHECKING:
    from schema.deliveries.types import Delivery
    from schema.distribution.types import Distribution
    from schema.posts.types import Post


@stands_on("partner", visible, kind="PARTNER")
@strawberry.type(description="A person or body that carries content.")
class Partner(Counted, Node):
    kind: PartnerKind = column("What it is.")
    name: str = column("Its name.")
    organization: Organization = to_one("organization_id", "Who looks after it.")
    created_at: datetime = column("When it was registered.")
    indices: list[IndexScore] = indices("a.partner_id = {parent}.id")
    accounts: Connection[Account] = page(
        "Its accounts.",
        orders=AccountOrder,
        by=ACCOUNT_ORDERS,
        filters=AccountFilter,
        where="{row}.partner_id = {parent}.id",
        size="account.partner_id",
    )
    deliveries: Connection[Annotated[Delivery, strawberry.lazy("schema.deliveries.types")]] = (
        restricted(
            Restriction.DELIVERIES,
            page(
                "What it pushed, and what became of it.",
                orders=DeliveryOrder,
                by=DELIVERY_ORDERS,
                filters=DeliveryFilter,
                where="{row}.partner_id = {parent}.id",
                size="delivery.partner_id",
            ),
        )
    )


@stands_on("account", visible, kind="ACCOUNT")
@strawberry.type(description="A partner's account on a platform.")
class Account(Counted, Node):
    platform: Platform = column("Where it lives.")
    external_id: str = column("The platform's own identifier.")
    handle: str = column("The name it shows.")
    base_url: str = column("Its server, where the platform has many; else empty.")
    created_at: datetime = column("When it was registered.")
    partner: Partner = to_one("partner_id", "Whose it is.")
    indices: list[IndexScore] = indices("a.id = {parent}.id")
    posts: Connection[Annotated[Post, strawberry.lazy("schema.posts.types")]] = page(
        "What was posted on it.",
        orders=PostOrder,
        by=POST_ORDERS,
        filters=PostFilter,
        where="{row}.account_id = {parent}.id",
        size="post.account_id",
        kept=by_reads("post_listing", "account_id"),
    )
    distributions: Connection[
        Annotated[Distribution, strawberry.lazy("schema.distribution.types")]
    ] = page(
        "Articles it was offered; those you may see.",
        orders=DistributionOrder,
        by=LATEST,
        filters=DistributionFilter,
        where="{row}.account_id = {parent}.id",
    )
    pull_status: PullStatus | None = restricted(
        Restriction.DELIVERIES,
        one(
            "{row}.account_id = {parent}.id",
            "How its pulls are going; null before the first, or when it is not yours to see.",
        ),
    )
