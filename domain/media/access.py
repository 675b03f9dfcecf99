"""Who may see which files: everybody those that something published uses; all where somebody sees
drafts."""

from __future__ import annotations

from domain.access import Predicate, Viewer, either, through
from domain.permissions import Permission, rows_of

PUBLIC = Predicate("{row}.is_public")
ORGANIZATION = "{row}.organization_id"


def own(viewer: Viewer) -> Predicate:
    """Those of the libraries the viewer works with: they may have the originals."""
    return rows_of(viewer, Permission.SEE_DRAFTS, ORGANIZATION)


def visible(viewer: Viewer) -> Predicate:
    return either(PUBLIC, own(viewer))


def rendition_visible(viewer: Viewer) -> Predicate:
    """On a row with media_id."""
    return through(visible(viewer), "{row}.media_id", "media")
