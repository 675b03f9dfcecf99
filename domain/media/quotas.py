"""How many bytes an organization's library may hold, and holds."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.media.rules import MEBIBYTE
from domain.problems import Conflict

STANDING = """
SELECT o.library_quota AS quota,
    (SELECT coalesce(sum(m.size), 0)::bigint FROM media m WHERE m.organization_id = o.id) AS used
FROM organization o WHERE o.id = $1
"""
HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('library:' || $1, 0))"


async def require_room(client: BaseDBAsyncClient, organization_id: int, size: int) -> None:
    """Raises Conflict for a file that the library has no room for."""
    (row,) = await client.execute_query_dict(STANDING, [organization_id])
    check_room(row["used"], row["quota"], size)


async def hold_room(client: BaseDBAsyncClient, organization_id: int, size: int) -> None:
    """The same, with no other file joining the library until the transaction ends."""
    await client.execute_query(HOLD, [str(organization_id)])
    await require_room(client, organization_id, size)


def check_room(used: int, quota: int | None, size: int) -> None:
    """In bytes; without a quota there is room. Raises Conflict."""
    if quota is not None and used + size > quota:
        raise Conflict(
            f"the library holds {_mebibytes(used)} of the {_mebibytes(quota)} it may;"
            f" the file has {_mebibytes(size)}",
            path=("file",),
            code="QUOTA_EXCEEDED",
        )


def _mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:,.1f} MiB"
