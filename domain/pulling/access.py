"""Who may see how an account's pulls are going: its partner, and those who see deliveries where the
partner is looked after."""

from __future__ import annotations

from domain.access import Predicate, Viewer, through
from domain.partners.access import internal_of_partner


def visible(viewer: Viewer) -> Predicate:
    """On a row with account_id."""
    return through(internal_of_partner(viewer), "{row}.account_id", "account")
