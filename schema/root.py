"""The schema: all nouns put together, checked, ready to plan and execute."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

import schema.enums  # noqa: F401 - registers the enumerations
from schema.article_columns.mutations import ColumnMutations
from schema.article_columns.types import ColumnQueries
from schema.articles.comparison import ComparisonQueries
from schema.articles.editing import EditingSubscriptions
from schema.articles.mutations import ArticleMutations
from schema.articles.queries import ArticleQueries
from schema.audit.queries import AuditQueries
from schema.campaigns.queries import CampaignQueries
from schema.categories.mutations import CategoryMutations
from schema.categories.queries import CategoryQueries
from schema.distribution.mutations import DistributionMutations
from schema.distribution.queries import DistributionQueries
from schema.engagement.definitions import DefinitionQueries
from schema.engagement.now import MostReadQueries
from schema.engagement.queries import EngagementQueries
from schema.engagement.subscriptions import EngagementSubscriptions
from schema.fronts.mutations import FrontMutations
from schema.fronts.types import FrontQueries
from schema.grants.mutations import GrantMutations
from schema.grants.queries import GrantQueries
from schema.highlights.mutations import HighlightMutations
from schema.indices.types import IndexQueries
from schema.inflation.mutations import InflationMutations
from schema.inflation.queries import InflationQueries
from schema.media.mutations import MediaMutations
from schema.media.queries import MediaQueries
from schema.network.queries import NetworkQueries
from schema.organizations.queries import OrganizationQueries
from schema.partners.mutations import PartnerMutations
from schema.partners.queries import PartnerQueries
from schema.planner import catalog
from schema.posts.mutations import PostMutations
from schema.posts.queries import PostQueries
from schema.previews.mutations import PreviewMutations
from schema.previews.queries import PreviewQueries
from schema.publishing.mutations import PublishingMutations
from schema.publishing.queries import PublishingQueries
from schema.pulling.mutations import PullingMutations
from schema.relay import PAGES, NodeQueries
from schema.reviews.checks import ReviewCheckMutations, ReviewCheckQueries
from schema.reviews.mutations import ReviewMutations
from schema.reviews.queries import ReviewQueries
from schema.reviews.workflows import ReviewWorkflowMutations
from schema.scalars import SCALARS
from schema.search.queries import SearchQueries
from schema.search.synonyms import SynonymMutations, SynonymQueries
from schema.teams.queries import TeamQueries
from schema.tokens.mutations import TokenMutations
from schema.tokens.types import TokenQueries
from schema.users.mutations import UserMutations
from schema.users.queries import UserQueries
from schema.viewer.types import ViewerQueries
from schema.webhooks.mutations import WebhookMutations
from schema.webhooks.queries import WebhookQueries


@strawberry.type(description="Everything that can be read.")
class Query(
    NodeQueries,
    ArticleQueries,
    AuditQueries,
    CampaignQueries,
    CategoryQueries,
    ColumnQueries,
    ComparisonQueries,
    DefinitionQueries,
    DistributionQueries,
    EngagementQueries,
    FrontQueries,
    GrantQueries,
    IndexQueries,
    MostReadQueries,
    InflationQueries,
    MediaQueries,
    NetworkQueries,
    OrganizationQueries,
    PartnerQueries,
    PostQueries,
    PreviewQueries,
    ReviewCheckQueries,
    ReviewQueries,
    PublishingQueries,
    SearchQueries,
    SynonymQueries,
    TeamQueries,
    TokenQueries,
    ViewerQueries,
    UserQueries,
    WebhookQueries,
):
    pass


@strawberry.type(description="Everything that can be changed; each needs a role, or more.")
class Mutation(
    ArticleMutations,
    CategoryMutations,
    ColumnMutations,
    FrontMutations,
    DistributionMutations,
    GrantMutations,
    HighlightMutations,
    InflationMutations,
    MediaMutations,
    PartnerMutations,
    PostMutations,
    PreviewMutations,
    PublishingMutations,
    PullingMutations,
    ReviewCheckMutations,
    ReviewMutations,
    ReviewWorkflowMutations,
    SynonymMutations,
    TokenMutations,
    UserMutations,
    WebhookMutations,
):
    pass


@strawberry.type(description="What can be followed, over a WebSocket or as server-sent events.")
class Subscription(EngagementSubscriptions, EditingSubscriptions):
    pass


def build() -> strawberry.Schema:
    """Raises catalog.UndeclaredError when a field does not say how it is read."""
    built = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False),
    )
    catalog.check(built._schema, pages=PAGES)
    return built
