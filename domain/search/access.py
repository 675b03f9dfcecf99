"""Who may find what: everybody what is public; of drafts and what was taken back, those who see
drafts there. It is said of the entry, and says the same as domain/articles/access.py."""

from __future__ import annotations

from domain.access import EVERY_ROW, NO_ROW, Predicate, Viewer, either
from domain.permissions import Permission, rows_of

PUBLIC = Predicate("{row}.is_public")


def visible(viewer: Viewer) -> Predicate:
    return either(PUBLIC, rows_of(viewer, Permission.SEE_DRAFTS, "{row}.organization_id"))


def synonyms_visible(viewer: Viewer) -> Predicate:
    """The list is for those who keep it; what it does, everybody sees."""
    return EVERY_ROW if viewer.sees_everything else NO_ROW
