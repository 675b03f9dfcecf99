"""Whether a database has every migration of this version."""

from __future__ import annotations

import pkgutil
from collections.abc import Collection
from functools import cache

import asyncpg

import domain.migrations

TABLE = "tortoise_migrations"
APPLIED = f"SELECT name FROM {TABLE} WHERE app = 'domain'"


@cache
def known() -> frozenset[str]:
    """The migrations of this version, by name."""
    return frozenset(module.name for module in pkgutil.iter_modules(domain.migrations.__path__))


def is_other_line(applied: Collection[str]) -> bool:
    """Whether a database was made by other migrations than this version's: they cannot go on
    from where it stands. A later version's have this one's before them."""
    return bool(applied) and min(known()) not in applied


async def applied(connection: asyncpg.Connection, *, timeout_seconds: float) -> frozenset[str]:
    """The migrations a database has, by name; none where there is nothing yet."""
    if await connection.fetchval("SELECT to_regclass($1)", TABLE, timeout=timeout_seconds) is None:
        return frozenset()
    rows = await connection.fetch(APPLIED, timeout=timeout_seconds)
    return frozenset(row["name"] for row in rows)


async def missing(connection: asyncpg.Connection, *, timeout_seconds: float) -> frozenset[str]:
    """What is not applied. What a later version applied is no fault: it is there before the
    processes of that version are."""
    return known() - await applied(connection, timeout_seconds=timeout_seconds)
