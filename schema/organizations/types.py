"""Organizations: the tree of the civic network."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.media.access import own
from domain.organizations.access import visible
from domain.organizations.rules import OrganizationKind
from domain.permissions import Permission
from schema.articles.lists import ARTICLE_ORDERS, ArticleFilter, ArticleOrder
from schema.campaigns.lists import CAMPAIGN_ORDERS, CampaignFilter, CampaignOrder
from schema.engagement.types import Counted
from schema.highlights.types import pinned
from schema.lookups import by_reads
from schema.organizations.lists import ORGANIZATION_ORDERS, OrganizationFilter, OrganizationOrder
from schema.partners.lists import PARTNER_ORDERS, PartnerFilter, PartnerOrder
from schema.planner.declare import column, one, page, rows, to_one
from schema.planner.readings import stands_on
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection, Node
from schema.scalars import BigInt
from schema.viewer.permissions import permissions_here

LIBRARIES = (
    "(SELECT o.id AS organization_id, o.library_quota AS quota_bytes,"
    " (SELECT coalesce(sum(m.size), 0)::bigint FROM media m WHERE m.organization_id = o.id)"
    " AS used_bytes FROM organization o)"
)

if TYPE_CHECKING:
    from schema.articles.types import Article
    from schema.campaigns.types import Campaign
    from schema.partners.types import Partner
    from schema.reviews.types import ReviewWorkflow


@stands_on(LIBRARIES, own)
@strawberry.type(description="What an organization's library holds, in bytes.")
class LibraryUse:
    used_bytes: BigInt = column("Of all its files; their renditions are not counted.")
    quota_bytes: BigInt | None = column(
        "What they may have together; null: as much as there is room for."
    )


@stands_on("organization", visible, kind="ORGANIZATION", max_age_seconds=60)
@strawberry.type(description="A node of the network: centre, branch, point, base, media centre …")
class Organization(Counted, Node):
    kind: OrganizationKind = column("What it is.")
    name: str = column("Its name.")
    version: int = column("Grows with every change; an update carries the one it saw.")
    created_at: datetime = column("When it was entered.")
    viewer_permissions: list[Permission] = column("What you may do here.", permissions_here)
    library: LibraryUse | None = restricted(
        Restriction.LIBRARY,
        one(
            "{row}.organization_id = {parent}.id",
            "What its own library holds and may hold; null where that is not yours to see.",
        ),
    )
    review_workflow: Annotated[ReviewWorkflow, strawberry.lazy("schema.reviews.types")] | None = (
        one(
            "{row}.id = (SELECT a.workflow_id FROM organization above"
            " JOIN review_assignment a ON a.organization_id = above.id"
            " WHERE a.subject_kind = 'ARTICLE' AND {parent}.path <@ above.path"
            " ORDER BY nlevel(above.path) DESC LIMIT 1)",
            "The workflow its articles go through: its own, or that of the nearest above it.",
        )
    )
    parent: Organization | None = to_one("parent_id", "The node it stands below.")
    ancestors: list[Organization] = rows(
        "All nodes above it, from the root down.",
        where="{row}.path @> {parent}.path AND {row}.id <> {parent}.id",
        order_by="nlevel({row}.path)",
        expected=5,
    )
    children: Connection[Organization] = page(
        "The nodes right below it.",
        orders=OrganizationOrder,
        by=ORGANIZATION_ORDERS,
        filters=OrganizationFilter,
        where="{row}.parent_id = {parent}.id",
        size="organization.parent_id",
    )
    subtree: Connection[Organization] = page(
        "All nodes below it, and itself.",
        orders=OrganizationOrder,
        by=ORGANIZATION_ORDERS,
        filters=OrganizationFilter,
        where="{row}.path <@ {parent}.path",
    )
    articles: Connection[Annotated[Article, strawberry.lazy("schema.articles.types")]] = page(
        "Its own articles; ask the query `articles` with `within` for the subtree's.",
        orders=ArticleOrder,
        by=ARTICLE_ORDERS,
        filters=ArticleFilter,
        where="{row}.organization_id = {parent}.id",
        size="article.organization_id",
        kept=by_reads("article_listing", "organization_id"),
    )
    pinned: list[Annotated[Article, strawberry.lazy("schema.articles.types")]] = pinned
    campaigns: Connection[Annotated[Campaign, strawberry.lazy("schema.campaigns.types")]] = page(
        "Its own campaigns.",
        orders=CampaignOrder,
        by=CAMPAIGN_ORDERS,
        filters=CampaignFilter,
        where="{row}.organization_id = {parent}.id",
        size="campaign.organization_id",
    )
    partners: Connection[Annotated[Partner, strawberry.lazy("schema.partners.types")]] = page(
        "The partners it looks after.",
        orders=PartnerOrder,
        by=PARTNER_ORDERS,
        filters=PartnerFilter,
        where="{row}.organization_id = {parent}.id",
        size="partner.organization_id",
    )
