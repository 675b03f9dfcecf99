"""Who may see columns: everybody. Which of its articles somebody sees, the articles' own rule
says."""

from __future__ import annotations

from domain.access import EVERY_ROW, Predicate, Viewer


def visible(viewer: Viewer) -> Predicate:
    return EVERY_ROW
