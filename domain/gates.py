"""The gates inside an action: whether the viewer has the permission where the row stands.

What the viewer may not see is refused as if it were not there; what they see, but may not touch, as
Forbidden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from domain.access import EVERY_ROW, NETWORK, NO_ROW, Act, Predicate, Viewer
from domain.changes import check_version, locked, missing
from domain.permissions import ROLES, Permission, may, places
from domain.problems import Forbidden

Row = TypeVar("Row", bound=Model)
PATH = "SELECT path::text AS path FROM organization WHERE id = $1"


async def require_at(
    client: BaseDBAsyncClient,
    act: Act,
    permission: Permission,
    organization_id: int | None,
    place: str,
) -> None:
    """Raises Forbidden that names `place`. organization_id: None is the whole network."""
    if not await may_at(client, act.viewer, permission, organization_id):
        raise forbidden(permission, place)


async def may_at(
    client: BaseDBAsyncClient, viewer: Viewer, permission: Permission, organization_id: int | None
) -> bool:
    held = places(viewer, permission)
    if held == [NETWORK] or not held or organization_id is None:
        return held == [NETWORK]
    rows = await client.execute_query_dict(PATH, [organization_id])
    return bool(rows) and may(viewer, permission, rows[0]["path"])


def forbidden(permission: Permission, place: str = "") -> Forbidden:
    roles = " or ".join(sorted(role.value for role in ROLES[permission]))
    return Forbidden(f"this needs the role {roles} there", path=(place,) if place else ())


async def sees(
    client: BaseDBAsyncClient, viewer: Viewer, visible: Callable[[Viewer], Predicate], row: Model
) -> bool:
    """Whether the viewer sees the row."""
    seen = visible(viewer)
    if seen in (EVERY_ROW, NO_ROW):
        return seen == EVERY_ROW
    places = [f"${number}" for number in range(2, len(seen.values) + 2)]
    condition = seen.sql.format(*places, row="r")
    found = await client.execute_query_dict(
        f"SELECT FROM {row._meta.db_table} r WHERE r.id = $1 AND {condition}",
        [row.pk, *seen.values],
    )
    return bool(found)


async def own(
    client: BaseDBAsyncClient,
    act: Act,
    permission: Permission,
    row: Row,
    organization_id: int | None,
    visible: Callable[[Viewer], Predicate],
) -> Row:
    """The row, if it is the viewer's to do this to. Raises NotFound and Forbidden."""
    if not await may_at(client, act.viewer, permission, organization_id):
        if await sees(client, act.viewer, visible, row):
            raise forbidden(permission, "id")
        raise missing("id", type(row).__name__.lower())
    return row


async def own_locked(
    client: BaseDBAsyncClient,
    act: Act,
    permission: Permission,
    model: type[Row],
    number: int,
    visible: Callable[[Viewer], Predicate],
    version: int | None = None,
) -> Row:
    """The row of an organization an action is about, held until the transaction ends.

    Raises NotFound, Forbidden, and Conflict when it is no longer of the version the caller saw.
    """
    row = await locked(client, model, number)
    organization_id: int = row.organization_id  # type: ignore[attr-defined]
    await own(client, act, permission, row, organization_id, visible)
    if version is not None:
        check_version(row, version)
    return row
