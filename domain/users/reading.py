"""Accounts as an administrator's list shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.connection import get_connection

from domain.access import Viewer, require_administrator
from domain.ids import format_id, parse_id
from domain.problems import NotFound
from domain.users.models import User
from domain.users.rules import email_of

USERS = """
SELECT u.id, u.email, u.name, u.state,
    (SELECT max(seen_at) FROM user_session s WHERE s.user_id = u.id AND s.confirmed) AS seen_at,
    EXISTS (SELECT FROM second_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)
        AS second_factor,
    ARRAY(
        SELECT g.role || CASE WHEN g.organization_id IS NULL THEN ''
            ELSE ' at Organization:' || g.organization_id END
        FROM role_grant g
        WHERE g.user_id = u.id AND g.ended_at IS NULL
            AND g.starts_at <= $1 AND (g.ends_at IS NULL OR g.ends_at > $1)
        ORDER BY g.id
    ) AS roles
FROM app_user u ORDER BY u.id
"""


async def users(viewer: Viewer, *, now: datetime) -> list[dict[str, Any]]:
    """All accounts, oldest first, as JSON has them."""
    require_administrator(viewer)
    rows = await get_connection("default").execute_query_dict(USERS, [now])
    return [
        {
            "id": format_id("User", row["id"]),
            "email": row["email"],
            "name": row["name"],
            "state": row["state"],
            "roles": list(row["roles"]),
            "secondFactor": row["second_factor"],
            "seenAt": row["seen_at"].isoformat() if row["seen_at"] else None,
        }
        for row in rows
    ]


async def number_of(text: str) -> int:
    """The account meant by an id, like User:3, or an e-mail address. Raises NotFound, Invalid."""
    if "@" not in text:
        return parse_id(text, "User", path=("user",))[1]
    user = await User.get_or_none(email=email_of(text, path=("user",)))
    if user is None:
        raise NotFound(f"there is no account of {text}", path=("user",))
    return int(user.id)
