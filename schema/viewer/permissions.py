"""Permissions in the graph, and the viewer's own as rows a statement can read."""

from __future__ import annotations

from domain.access import Viewer
from domain.permissions import Permission, places
from schema.planner.arguments import Arguments
from schema.planner.statement import Statement


def permission_pairs(statement: Statement) -> str:
    """FROM text of the viewer's permissions, each with a path at and below which it is held."""
    names = statement.bind_viewer(lambda viewer: [name for name, _ in _held(viewer)], "text[]")
    paths = statement.bind_viewer(lambda viewer: [path for _, path in _held(viewer)], "text[]")
    return f"unnest({names}, {paths})"


def _held(viewer: Viewer) -> list[tuple[str, str]]:
    return [(each.value, path) for each in Permission for path in places(viewer, each)]


def permissions_here(statement: Statement, _: Arguments) -> str:
    """SQL of the names of what the viewer may do at the row's organization, as JSON."""
    return (
        "(SELECT coalesce(json_agg(DISTINCT held.permission ORDER BY held.permission), '[]'::json)"
        f" FROM {permission_pairs(statement)} AS held (permission, path)"
        " WHERE held.path = '' OR {row}.path <@ held.path::ltree)"
    )
