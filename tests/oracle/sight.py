"""Who sees which rows: the rules of access written down once more, in Python, over whole tables."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.access import Kind, Role, Scope, Viewer
from domain.articles.models import Article, ArticleRevision
from domain.articles.rules import ArticleStatus
from domain.audit.models import AuditEntry, AuditLink
from domain.deliveries.models import Delivery, Restatement
from domain.distribution.models import Distribution
from domain.fronts.models import FrontEntry
from domain.highlights.models import ArticleHighlight
from domain.inflation.models import EngagementDiscount, InflationFlag
from domain.media.models import Media
from domain.posts.models import Post
from domain.previews.models import PreviewLink
from domain.publishing.models import Embargo, PublicationPlan
from domain.pulling.models import AccountPull
from domain.reviews.models import (
    Review,
    ReviewEntry,
    ReviewFinding,
    ReviewInvitation,
    ReviewTerm,
    ReviewWorkflow,
)
from domain.search.models import SearchSynonym
from domain.webhooks.models import WebhookEndpoint, WebhookMessage
from tests.oracle.media import is_public as is_shown_publicly

if TYPE_CHECKING:
    from tests.oracle.asked import Asked
    from tests.oracle.tables import Row, Tables

OF_DRAFTS = (ArticleRevision, Embargo, PreviewLink, PublicationPlan)
"""What is seen where the drafts of its article are."""

OF_REVIEWS = (ReviewEntry, ReviewFinding, ReviewInvitation)
OF_EDITORS = (ReviewTerm, ReviewWorkflow)
"""What is seen by everybody who sees drafts somewhere."""

OF_THE_NETWORK = (AuditEntry, AuditLink, SearchSynonym, WebhookEndpoint, WebhookMessage)
WRITES = (Role.AUTHOR, Role.REVIEWER, Role.PUBLISHER, Role.ANALYST, Role.ADMINISTRATOR)
WATCHES = (Role.ANALYST, Role.ADMINISTRATOR)


def sees(tables: Tables, row: Row, viewer: Viewer) -> bool:
    if viewer.kind is Kind.SYSTEM:
        return True
    is_internal = Scope.READ_INTERNAL in viewer.scopes
    partner = viewer.number if viewer.kind is Kind.PARTNER and is_internal else 0
    roles = viewer if is_internal else Viewer()
    if isinstance(row, OF_THE_NETWORK):
        return any(grant == (Role.ADMINISTRATOR, "") for grant in roles.grants)
    if isinstance(row, Article):
        is_public = row.status is ArticleStatus.PUBLISHED
        return is_public or _has_role(tables, roles, WRITES, row.organization_id)
    if isinstance(row, Media):
        return is_shown_publicly(tables, row) or _has_role(
            tables, roles, WRITES, row.organization_id
        )
    if isinstance(row, OF_DRAFTS):
        return _has_role(tables, roles, WRITES, _home(tables, row.article_id))
    if isinstance(row, OF_REVIEWS):
        row = tables.nouns["Review"][row.review_id]
    if isinstance(row, Review):
        return _has_role(tables, roles, WRITES, row.organization_id)
    if isinstance(row, OF_EDITORS):
        return any(grant.role in WRITES for grant in roles.grants)
    if isinstance(row, ArticleHighlight):
        home = _home(tables, row.article_id)
        return holds(row, tables.now) or _has_role(tables, roles, WRITES, home)
    if isinstance(row, FrontEntry):
        return _stands_publicly(tables, row) or _has_role(
            tables, roles, WRITES, tables.nouns["Front"][row.front_id].organization_id
        )
    if isinstance(row, Post):
        return (
            _is_public(tables, row)
            or _has_role(tables, roles, WRITES, row.organization_id)
            or _partner_of(tables, row.account_id) == partner
        )
    if isinstance(row, Distribution):
        home = _home(tables, row.article_id)
        is_own = _partner_of(tables, row.account_id) == partner
        return is_own or _has_role(tables, roles, WRITES, home)
    if isinstance(row, InflationFlag | EngagementDiscount):
        post = tables.nouns["Post"][row.post_id]
        return _has_role(tables, roles, WATCHES, post.organization_id)
    number = _whose(tables, row)
    if number is None:
        return True
    served_by = tables.nouns["Partner"][number].organization_id
    return number == partner or _has_role(tables, roles, WATCHES, served_by)


def sees_drafts(tables: Tables, article: Row, viewer: Viewer) -> bool:
    """Of one article."""
    if viewer.kind is Kind.SYSTEM:
        return True
    roles = viewer if Scope.READ_INTERNAL in viewer.scopes else Viewer()
    return _has_role(tables, roles, WRITES, article.organization_id)


def holds(entry: FrontEntry | ArticleHighlight, now: datetime) -> bool:
    """Whether the period runs of an entry of a front, or of a highlight."""
    has_begun = entry.starts_at is None or entry.starts_at <= now
    return has_begun and (entry.ends_at is None or entry.ends_at > now)


def _stands_publicly(tables: Tables, entry: FrontEntry) -> bool:
    article = tables.nouns["Article"][entry.article_id]
    return holds(entry, tables.now) and article.status is ArticleStatus.PUBLISHED


def _home(tables: Tables, article_id: int) -> int:
    return int(tables.nouns["Article"][article_id].organization_id)


def _whose(tables: Tables, row: Row) -> int | None:
    """The partner whose own business the row is."""
    if isinstance(row, Restatement):
        row = tables.nouns["Delivery"][row.delivery_id]  # type: ignore[attr-defined]
    if isinstance(row, Delivery):
        return row.partner_id
    if isinstance(row, AccountPull):
        return _partner_of(tables, row.pk)
    return None


def _is_public(tables: Tables, post: Row) -> bool:
    if post.article_id is None:
        return True
    return tables.nouns["Article"][post.article_id].status is ArticleStatus.PUBLISHED


def _partner_of(tables: Tables, account_id: int) -> int:
    return int(tables.nouns["Account"][account_id].partner_id)


def _has_role(
    tables: Tables, viewer: Viewer, roles: tuple[Role, ...], organization_id: int
) -> bool:
    """At the organization, or at one above it."""
    above = [row.id for row in tables.line(tables.nouns["Organization"][organization_id])]
    return any(
        grant.role in roles and (grant.path == "" or int(grant.path.split(".")[-1]) in above)
        for grant in viewer.grants
    )


MAY: dict[str, tuple[Role, ...]] = {
    "SEE_DRAFTS": WRITES,
    "SEE_DELIVERIES": WATCHES,
    "SEE_ROLES": (Role.ADMINISTRATOR,),
    "CREATE_ARTICLE": (Role.AUTHOR, Role.ADMINISTRATOR),
    "EDIT_DRAFT": (Role.AUTHOR, Role.REVIEWER, Role.PUBLISHER, Role.ADMINISTRATOR),
    "EDIT_ARTICLE": (Role.PUBLISHER, Role.ADMINISTRATOR),
    "PUBLISH_ARTICLE": (Role.PUBLISHER, Role.ADMINISTRATOR),
    "REVIEW": (Role.REVIEWER, Role.PUBLISHER, Role.ADMINISTRATOR),
    "MANAGE_REVIEWS": (Role.ADMINISTRATOR,),
    "UPLOAD_MEDIA": (Role.AUTHOR, Role.PUBLISHER, Role.ADMINISTRATOR),
    "DISTRIBUTE_ARTICLE": (Role.PUBLISHER, Role.ADMINISTRATOR),
    "CREATE_CAMPAIGN": (Role.PUBLISHER, Role.ADMINISTRATOR),
    "REGISTER_POST": (Role.PUBLISHER, Role.ADMINISTRATOR),
    "IMPORT_ENGAGEMENT": (Role.ADMINISTRATOR,),
    "DECIDE_INFLATION": (Role.ADMINISTRATOR,),
    "MANAGE_PARTNER": (Role.ADMINISTRATOR,),
    "MANAGE_ORGANIZATION": (Role.ADMINISTRATOR,),
    "GRANT_ROLE": (Role.ADMINISTRATOR,),
}


def permissions(asked: Asked, organization: Row) -> list[str]:
    """What the viewer may do at the organization, by name."""
    viewer = asked.viewer
    if viewer.kind is Kind.SYSTEM:
        return sorted(MAY)
    scopes = dict.fromkeys(MAY, Scope.WRITE)
    scopes |= {name: Scope.READ_INTERNAL for name in MAY if name.startswith("SEE_")}
    return sorted(
        name
        for name, roles in MAY.items()
        if scopes[name] in viewer.scopes and _has_role(asked.tables, viewer, roles, organization.id)
    )
