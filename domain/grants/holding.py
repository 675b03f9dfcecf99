"""Which roles somebody holds at a moment, and how long that stays so by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tortoise.connection import get_connection

from domain.access import Grant, Role, Scope
from domain.permissions import ROLES, Permission

STANDS_ON = ("app_user", "organization", "role_grant", "token")
"""The tables this reads: until one of them is written to, it says the same of the same moment."""

TERMS = """
SELECT g.role, coalesce(o.path::text, '') AS path, greatest(g.starts_at, b.starts_at) AS starts_at,
    least(g.ends_at, b.ends_at, bt.expires_at) AS ends_at
FROM role_grant g
LEFT JOIN organization o ON o.id = g.organization_id
LEFT JOIN role_grant b ON b.id = g.delegated_from_id
LEFT JOIN organization bo ON bo.id = b.organization_id
LEFT JOIN app_user bu ON bu.id = b.user_id
LEFT JOIN token bt ON bt.id = b.token_id
WHERE {held} AND g.ended_at IS NULL
    AND (b.id IS NULL OR (
        b.ended_at IS NULL
        AND coalesce(bu.state = 'ACTIVE', TRUE)
        AND bt.revoked_at IS NULL
        AND (bo.id IS NULL OR coalesce(o.path <@ bo.path, FALSE))
    ))
"""


class Term(NamedTuple):
    """A grant and when it holds, ends_at excluded."""

    grant: Grant
    starts_at: datetime
    ends_at: datetime | None


class Held(NamedTuple):
    """The grants that hold now, sorted, and when that changes by itself, if it does."""

    grants: tuple[Grant, ...]
    until: datetime | None


def held_of(terms: Iterable[Term], now: datetime) -> Held:
    grants, changes = set(), []
    for term in terms:
        if term.ends_at is not None and term.ends_at <= now:
            continue
        if term.starts_at > now:
            changes.append(term.starts_at)
            continue
        grants.add(term.grant)
        if term.ends_at is not None:
            changes.append(term.ends_at)
    return Held(tuple(sorted(grants)), min(changes, default=None))


async def held_by_user(user_id: int, *, now: datetime) -> Held:
    return await _held("user_id", user_id, now)


async def held_by_token(token_id: int, *, now: datetime) -> Held:
    return await _held("token_id", token_id, now)


async def _held(holder: str, number: int, now: datetime) -> Held:
    terms = TERMS.format(held=f"g.{holder} = $1")
    rows = await get_connection("default").execute_query_dict(terms, [number])
    found = [
        Term(Grant(Role(row["role"]), row["path"]), row["starts_at"], row["ends_at"])
        for row in rows
    ]
    return held_of(found, now)


def holds_now(holder: str, permission: Permission, path: str, scope: Scope) -> str:
    """SQL: whether a user or a token has the permission at an organization at this moment, as if
    they asked now: who is locked, revoked or expired has none.

    holder: SQL of a global id, e.g. User:3. path: SQL of the organization's path. scope: which one
    the permission needs of a token.
    """
    user = f"CASE WHEN {holder} LIKE 'User:%' THEN split_part({holder}, ':', 2)::bigint END"
    token = f"CASE WHEN {holder} LIKE 'Token:%' THEN split_part({holder}, ':', 2)::bigint END"
    roles = ", ".join(f"'{role.value}'" for role in sorted(ROLES[permission]))
    terms = TERMS.format(held=f"(g.user_id = {user} OR g.token_id = {token})")
    return f"""(
    EXISTS (
        SELECT FROM ({terms}) term
        WHERE term.role IN ({roles}) AND {path} <@ term.path::ltree
            AND term.starts_at <= now() AND coalesce(term.ends_at, 'infinity') > now()
    ) AND (
        EXISTS (SELECT FROM app_user u WHERE u.id = {user} AND u.state = 'ACTIVE')
        OR EXISTS (
            SELECT FROM token t WHERE t.id = {token} AND t.revoked_at IS NULL
                AND coalesce(t.expires_at, 'infinity') > now() AND '{scope}' = ANY (t.scopes)
        )
    ))"""
