"""Who may see accounts of people: administrators."""

from __future__ import annotations

from domain.access import EVERY_ROW, NO_ROW, Predicate, Viewer


def visible(viewer: Viewer) -> Predicate:
    return EVERY_ROW if viewer.sees_everything else NO_ROW
