"""There is always somebody who administers the whole network, and can sign in."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.problems import Conflict

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('administrators', 7))"
"""Two who lock each other at the same moment do it one after the other."""

HOLDING = """
SELECT g.id, g.user_id FROM role_grant g JOIN app_user u ON u.id = g.user_id
WHERE g.role = 'ADMINISTRATOR' AND g.organization_id IS NULL AND g.delegated_from_id IS NULL
    AND g.ended_at IS NULL AND g.starts_at <= $1 AND g.ends_at IS NULL AND u.state = 'ACTIVE'
"""
"""Roles that do not end by themselves, of people who can sign in."""


async def keep_one(
    client: BaseDBAsyncClient,
    *,
    now: datetime,
    without_user: int | None = None,
    without_grant: int | None = None,
) -> None:
    """Before a user is locked, or a grant ends. Raises Conflict where nobody would be left."""
    await client.execute_query(ALONE)
    rows = await client.execute_query_dict(HOLDING, [now])
    left = [row for row in rows if row["user_id"] != without_user and row["id"] != without_grant]
    if rows and not left:
        raise Conflict(
            f"User:{rows[0]['user_id']} is the last administrator of the whole network;"
            " give somebody else that role first",
            path=("id",),
            code="LAST_ADMINISTRATOR",
        )
