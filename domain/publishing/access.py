"""Who may see plans and embargoes: who sees drafts at the article's organization."""

from __future__ import annotations

from domain.access import Predicate, Viewer, through
from domain.permissions import Permission, rows_of


def visible(viewer: Viewer) -> Predicate:
    seen = rows_of(viewer, Permission.SEE_DRAFTS, "{row}.organization_id")
    return through(seen, "{row}.article_id", "article")
