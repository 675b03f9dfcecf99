"""Who may see what was pushed: its partner, and who sees deliveries where that is looked after."""

from __future__ import annotations

from domain.access import Predicate, Viewer, through
from domain.partners.access import internal_of_partner


def visible(viewer: Viewer) -> Predicate:
    return internal_of_partner(viewer)


def visible_restatements(viewer: Viewer) -> Predicate:
    """On a row with delivery_id."""
    return through(visible(viewer), "{row}.delivery_id", "delivery")
