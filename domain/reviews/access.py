"""Who may see reviews: who sees drafts at the subject's organization. Workflows: who sees drafts
anywhere."""

from __future__ import annotations

from domain.access import EVERY_ROW, NO_ROW, Predicate, Viewer, through
from domain.permissions import Permission, places, rows_of


def visible(viewer: Viewer) -> Predicate:
    return rows_of(viewer, Permission.SEE_DRAFTS, "{row}.organization_id")


def visible_of_review(viewer: Viewer) -> Predicate:
    """Entries, invitations and findings: with their review."""
    return through(visible(viewer), "{row}.review_id", "review")


def visible_workflows(viewer: Viewer) -> Predicate:
    return EVERY_ROW if places(viewer, Permission.SEE_DRAFTS) else NO_ROW
