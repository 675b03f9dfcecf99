"""Tokens and what they hold, as plain data for the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.connection import get_connection

from domain.access import Viewer, require_administrator
from domain.ids import format_id

TOKENS = """
SELECT t.id, t.name, t.partner_id, t.scopes, t.created_at, t.expires_at, t.revoked_at, u.used_at
FROM token t LEFT JOIN token_use u ON u.token_id = t.id ORDER BY t.id
"""
ROLES = """
SELECT token_id, role, organization_id FROM role_grant
WHERE token_id IS NOT NULL AND ended_at IS NULL AND coalesce(ends_at, 'infinity') > now()
ORDER BY id
"""


async def tokens(viewer: Viewer) -> list[dict[str, Any]]:
    """All that were ever made, oldest first. None of them shows what it is."""
    require_administrator(viewer)
    connection = get_connection("default")
    roles = await connection.execute_query_dict(ROLES)
    return [
        {
            "id": format_id("Token", row["id"]),
            "name": row["name"],
            "partner": _id("Partner", row["partner_id"]),
            "scopes": row["scopes"],
            "roles": [_role(role) for role in roles if role["token_id"] == row["id"]],
            "createdAt": _iso(row["created_at"]),
            "expiresAt": _iso(row["expires_at"]),
            "revokedAt": _iso(row["revoked_at"]),
            "lastUsedAt": _iso(row["used_at"]),
        }
        for row in await connection.execute_query_dict(TOKENS)
    ]


def _role(row: dict[str, Any]) -> dict[str, Any]:
    return {"role": row["role"], "organization": _id("Organization", row["organization_id"])}


def _id(type_name: str, number: int | None) -> str | None:
    return None if number is None else format_id(type_name, number)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
