"""Who may see flags and discounts: those who see deliveries where the post counts."""

from __future__ import annotations

from domain.access import Predicate, Viewer, through
from domain.permissions import Permission, rows_of


def visible(viewer: Viewer) -> Predicate:
    """On a row with post_id."""
    posts = rows_of(viewer, Permission.SEE_DELIVERIES, "{row}.organization_id")
    return through(posts, "{row}.post_id", "post")
