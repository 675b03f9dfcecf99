"""Who may see partners and their accounts: everybody; and what of them is whose own."""

from __future__ import annotations

from domain.access import EVERY_ROW, NO_ROW, Kind, Predicate, Scope, Viewer, either, through
from domain.permissions import Permission, rows_of


def visible(viewer: Viewer) -> Predicate:
    return EVERY_ROW


def own_accounts(viewer: Viewer) -> Predicate:
    """Accounts of the partner who looks."""
    if viewer.kind is not Kind.PARTNER or Scope.READ_INTERNAL not in viewer.scopes:
        return NO_ROW
    return Predicate("{row}.partner_id = {0}", (viewer.number,))


def served_by(viewer: Viewer, permission: Permission) -> Predicate:
    """Rows of partners that an organization where the viewer has the permission looks after."""
    partners = rows_of(viewer, permission, "{row}.organization_id")
    return through(partners, "{row}.partner_id", "partner")


def internal_of_partner(viewer: Viewer) -> Predicate:
    """What is a partner's own business, on a row with partner_id: seen by itself, and by those who
    see deliveries where it is looked after."""
    return either(own_accounts(viewer), served_by(viewer, Permission.SEE_DELIVERIES))
