"""Who may see which articles: everybody the published ones, administrators all."""

from __future__ import annotations

from domain.access import EVERY_ROW, Predicate, Viewer

PUBLISHED = Predicate("{row}.status = 'PUBLISHED'")


def visible(viewer: Viewer) -> Predicate:
    return EVERY_ROW if viewer.is_administrator else PUBLISHED
