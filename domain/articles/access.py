"""Who may see which articles: everybody the published ones; all where somebody sees drafts."""

from __future__ import annotations

from domain.access import Predicate, Viewer, either
from domain.permissions import Permission, rows_of

PUBLISHED = Predicate("{row}.status = 'PUBLISHED'")
ORGANIZATION = "{row}.organization_id"


def visible(viewer: Viewer) -> Predicate:
    return either(PUBLISHED, rows_of(viewer, Permission.SEE_DRAFTS, ORGANIZATION))
