"""Who may see grants: who holds them, who handed them on, and administrators there."""

from __future__ import annotations

from domain.access import NO_ROW, Kind, Predicate, Viewer, either
from domain.permissions import Permission, rows_of

HOLDER = {Kind.USER: "user_id", Kind.APPLICATION: "token_id"}


def visible(viewer: Viewer) -> Predicate:
    """Grants on the whole network are seen by its administrators, and by those who hold them."""
    return either(_own(viewer), rows_of(viewer, Permission.SEE_ROLES, "{row}.organization_id"))


def _own(viewer: Viewer) -> Predicate:
    column = HOLDER.get(viewer.kind)
    if column is None:
        return NO_ROW
    handed_on = f"SELECT mine.id FROM role_grant mine WHERE mine.{column} = {{0}}"
    return Predicate(
        f"({{row}}.{column} = {{0}} OR {{row}}.delegated_from_id IN ({handed_on}))",
        (viewer.number,),
    )
