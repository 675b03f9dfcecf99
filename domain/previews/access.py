"""Who may see that there are links: who sees the article's drafts. And which links open."""

from __future__ import annotations

from domain.access import Predicate, Scope, Viewer, through
from domain.articles.access import drafts
from domain.grants.holding import holds_now
from domain.permissions import Permission


def visible(viewer: Viewer) -> Predicate:
    return through(drafts(viewer), "{row}.article_id", "article")


MAKER_SEES = f"""({{row}}.maker_id = '' OR EXISTS (
    SELECT FROM article shown JOIN organization home ON home.id = shown.organization_id
    WHERE shown.id = {{row}}.article_id
        AND {holds_now("{row}.maker_id", Permission.SEE_DRAFTS, "home.path", Scope.READ_INTERNAL)}
))"""
"""Of a link: whether who made it sees the article's drafts at this moment, where it now stands."""

OPENS = f"({{row}}.revoked_at IS NULL AND {{row}}.expires_at > now() AND {MAKER_SEES})"
STATE = (
    "CASE WHEN {row}.revoked_at IS NOT NULL THEN 'REVOKED'"
    " WHEN {row}.expires_at <= now() THEN 'EXPIRED'"
    f" WHEN {MAKER_SEES} THEN 'ACTIVE' ELSE 'SUSPENDED' END"
)
"""A PreviewState; ACTIVE is what OPENS."""
