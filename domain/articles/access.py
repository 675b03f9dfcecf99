"""Who may see which articles: everybody the published ones; all, with their revisions, where
somebody sees drafts."""

from __future__ import annotations

from domain.access import Predicate, Viewer, either, through
from domain.permissions import Permission, rows_of

PUBLISHED = Predicate("{row}.status = 'PUBLISHED'")
ORGANIZATION = "{row}.organization_id"


def drafts(viewer: Viewer) -> Predicate:
    """Articles whose drafts the viewer sees."""
    return rows_of(viewer, Permission.SEE_DRAFTS, ORGANIZATION)


def visible_revisions(viewer: Viewer) -> Predicate:
    """A revision is a draft, be it of what is public now."""
    return through(drafts(viewer), "{row}.article_id", "article")


visible_editing = visible_revisions
"""Who edits is known to those who see what they write."""


def visible(viewer: Viewer) -> Predicate:
    return either(PUBLISHED, drafts(viewer))
