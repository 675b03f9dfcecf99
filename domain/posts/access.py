"""Who may see which posts: a post of an article only those who may see the article."""

from __future__ import annotations

from domain.access import EVERY_ROW, Predicate, Viewer

PUBLIC = Predicate("{row}.public")


def visible(viewer: Viewer) -> Predicate:
    return EVERY_ROW if viewer.is_administrator else PUBLIC
