"""Who sees which entries: everybody what holds now and is public; all, who sees drafts there."""

from __future__ import annotations

from domain.access import EVERY_ROW, Predicate, Viewer, either, through
from domain.articles.access import PUBLISHED
from domain.permissions import Permission, rows_of

HOLDS = Predicate(
    "(coalesce({row}.starts_at, '-infinity') <= now()"
    " AND coalesce({row}.ends_at, 'infinity') > now())"
)


def front_visible(viewer: Viewer) -> Predicate:
    return EVERY_ROW


def entry_visible(viewer: Viewer) -> Predicate:
    """A period to come, or a draft's place, tells what is planned: nobody else hears of these."""
    public = through(PUBLISHED, "{row}.article_id", "article")
    seen = rows_of(viewer, Permission.SEE_DRAFTS, "{row}.organization_id")
    return either(
        Predicate(f"({HOLDS.sql} AND {public.sql})", public.values),
        through(seen, "{row}.front_id", "front"),
    )
