"""Fields that not everybody may select, declared beside the field."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from graphql import GraphQLField

from domain.access import Kind, Scope, Viewer
from domain.permissions import Permission, places
from schema.planner.catalog import DEFINITION

RESTRICTION = "restriction"


class Restriction(StrEnum):
    """Who may select a field. NETWORK: who reads what is the whole network's. LIBRARY: who sees
    drafts somewhere. FIGURES: who sees deliveries somewhere. DELIVERIES: those, and partners their
    own. Which rows they then see is said by the rows' own access."""

    NETWORK = "NETWORK"
    LIBRARY = "LIBRARY"
    FIGURES = "FIGURES"
    DELIVERIES = "DELIVERIES"


NEEDS = {
    Restriction.NETWORK: "the role ADMINISTRATOR for the whole network",
    Restriction.LIBRARY: "a role that sees drafts somewhere",
    Restriction.FIGURES: "the role ANALYST or ADMINISTRATOR somewhere",
    Restriction.DELIVERIES: "the role ANALYST or ADMINISTRATOR somewhere, or a partner's token",
}


def restricted(restriction: Restriction, field: Any) -> Any:
    """The field, for those only. Typed as the field's declaration is."""
    field.metadata = {**field.metadata, RESTRICTION: restriction}
    return field


def restriction_of(field: GraphQLField) -> Restriction | None:
    definition = field.extensions.get(DEFINITION)
    found: Restriction | None = definition.metadata.get(RESTRICTION) if definition else None
    return found


def is_open(restriction: Restriction, viewer: Viewer) -> bool:
    if restriction is Restriction.NETWORK:
        return viewer.sees_everything
    if restriction is Restriction.LIBRARY:
        return bool(places(viewer, Permission.SEE_DRAFTS))
    if places(viewer, Permission.SEE_DELIVERIES):
        return True
    is_partner = viewer.kind is Kind.PARTNER and Scope.READ_INTERNAL in viewer.scopes
    return restriction is Restriction.DELIVERIES and is_partner
