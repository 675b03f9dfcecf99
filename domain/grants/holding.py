"""Which roles somebody holds at a moment, and how long that stays so by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tortoise.connection import get_connection

from domain.access import Grant, Role

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
WHERE g.{holder} = $1 AND g.ended_at IS NULL
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
    rows = await get_connection("default").execute_query_dict(TERMS.format(holder=holder), [number])
    terms = [
        Term(Grant(Role(row["role"]), row["path"]), row["starts_at"], row["ends_at"])
        for row in rows
    ]
    return held_of(terms, now)
