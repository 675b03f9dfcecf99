"""Who may see categories: everybody."""

from __future__ import annotations

from domain.access import EVERY_ROW, Predicate, Viewer


def visible(viewer: Viewer) -> Predicate:
    return EVERY_ROW
