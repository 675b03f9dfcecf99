"""Who sees which highlights: everybody what holds now; all, who sees drafts there. The article they
stand on has a rule of its own."""

from __future__ import annotations

from domain.access import Predicate, Viewer, either, through
from domain.articles.access import drafts

HOLDS = Predicate("({row}.starts_at <= now() AND coalesce({row}.ends_at, 'infinity') > now())")


def visible(viewer: Viewer) -> Predicate:
    """What is to come, or was, tells of plans."""
    return either(HOLDS, through(drafts(viewer), "{row}.article_id", "article"))
