"""Who may do and see what: the one table of roles and permissions. Pure: no row is read here.

What stands in no permission (tokens, webhooks, users, the audit trail, secrets' keys) is for
administrators of the whole network.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.access import (
    EVERY_ROW,
    NETWORK,
    NO_ROW,
    Kind,
    Predicate,
    Role,
    Scope,
    Viewer,
    is_within,
)


class Permission(StrEnum):
    """What a role at an organization allows there and below."""

    SEE_DRAFTS = "SEE_DRAFTS"
    SEE_DELIVERIES = "SEE_DELIVERIES"
    SEE_ROLES = "SEE_ROLES"
    CREATE_ARTICLE = "CREATE_ARTICLE"
    EDIT_DRAFT = "EDIT_DRAFT"
    EDIT_ARTICLE = "EDIT_ARTICLE"
    PUBLISH_ARTICLE = "PUBLISH_ARTICLE"
    REVIEW = "REVIEW"
    MANAGE_REVIEWS = "MANAGE_REVIEWS"
    UPLOAD_MEDIA = "UPLOAD_MEDIA"
    DISTRIBUTE_ARTICLE = "DISTRIBUTE_ARTICLE"
    CREATE_CAMPAIGN = "CREATE_CAMPAIGN"
    REGISTER_POST = "REGISTER_POST"
    IMPORT_ENGAGEMENT = "IMPORT_ENGAGEMENT"
    DECIDE_INFLATION = "DECIDE_INFLATION"
    MANAGE_PARTNER = "MANAGE_PARTNER"
    MANAGE_ORGANIZATION = "MANAGE_ORGANIZATION"
    GRANT_ROLE = "GRANT_ROLE"


AUTHOR, REVIEWER, PUBLISHER, ANALYST = Role.AUTHOR, Role.REVIEWER, Role.PUBLISHER, Role.ANALYST
ADMINISTRATOR = Role.ADMINISTRATOR

ROLES: Mapping[Permission, frozenset[Role]] = {
    Permission.SEE_DRAFTS: frozenset({AUTHOR, REVIEWER, PUBLISHER, ANALYST, ADMINISTRATOR}),
    Permission.SEE_DELIVERIES: frozenset({ANALYST, ADMINISTRATOR}),
    Permission.SEE_ROLES: frozenset({ADMINISTRATOR}),
    Permission.CREATE_ARTICLE: frozenset({AUTHOR, ADMINISTRATOR}),
    Permission.EDIT_DRAFT: frozenset({AUTHOR, REVIEWER, PUBLISHER, ADMINISTRATOR}),
    Permission.EDIT_ARTICLE: frozenset({PUBLISHER, ADMINISTRATOR}),
    Permission.PUBLISH_ARTICLE: frozenset({PUBLISHER, ADMINISTRATOR}),
    Permission.REVIEW: frozenset({REVIEWER, PUBLISHER, ADMINISTRATOR}),
    Permission.MANAGE_REVIEWS: frozenset({ADMINISTRATOR}),
    Permission.UPLOAD_MEDIA: frozenset({AUTHOR, PUBLISHER, ADMINISTRATOR}),
    Permission.DISTRIBUTE_ARTICLE: frozenset({PUBLISHER, ADMINISTRATOR}),
    Permission.CREATE_CAMPAIGN: frozenset({PUBLISHER, ADMINISTRATOR}),
    Permission.REGISTER_POST: frozenset({PUBLISHER, ADMINISTRATOR}),
    Permission.IMPORT_ENGAGEMENT: frozenset({ADMINISTRATOR}),
    Permission.DECIDE_INFLATION: frozenset({ADMINISTRATOR}),
    Permission.MANAGE_PARTNER: frozenset({ADMINISTRATOR}),
    Permission.MANAGE_ORGANIZATION: frozenset({ADMINISTRATOR}),
    Permission.GRANT_ROLE: frozenset({ADMINISTRATOR}),
}
"""By which roles. A dispatcher's permissions come with the orders it dispatches."""

READING = frozenset({Permission.SEE_DRAFTS, Permission.SEE_DELIVERIES, Permission.SEE_ROLES})
"""Permissions that need the scope READ_INTERNAL; all others need WRITE."""


def places(viewer: Viewer, permission: Permission) -> list[str]:
    """The paths below which the viewer has the permission, sorted; [NETWORK] for everywhere."""
    if viewer.kind is Kind.SYSTEM:
        return [NETWORK]
    scope = Scope.READ_INTERNAL if permission in READING else Scope.WRITE
    if scope not in viewer.scopes:
        return []
    found = sorted({grant.path for grant in viewer.grants if grant.role in ROLES[permission]})
    return [NETWORK] if NETWORK in found else found


def may(viewer: Viewer, permission: Permission, path: str) -> bool:
    """Whether the viewer has the permission at the organization of that path."""
    return any(is_within(path, place) for place in places(viewer, permission))


def rows_of(viewer: Viewer, permission: Permission, organization: str) -> Predicate:
    """The rows of organizations at which the viewer has the permission.

    organization: SQL of the row's organization, e.g. "{row}.organization_id". The text is the same
    wherever the permission holds: the paths are bound.
    """
    paths = places(viewer, permission)
    if paths == [NETWORK]:
        return EVERY_ROW
    if not paths:
        return NO_ROW
    within = "SELECT seen.id FROM organization seen WHERE seen.path <@ ANY({0}::ltree[])"
    return Predicate(f"{organization} IN ({within})", (paths,))
