"""Whether a database has every migration of this version."""

from __future__ import annotations

import pkgutil
from functools import cache

import asyncpg

import domain.migrations

TABLE = "tortoise_migrations"
APPLIED = f"SELECT name FROM {TABLE} WHERE app = 'domain'"


@cache
def known() -> frozenset[str]:
    """The migrations of this version, by name."""
    return frozenset(module.name for module in pkgutil.iter_modules(domain.migrations.__path__))


async def missing(connection: asyncpg.Connection, *, timeout_seconds: float) -> frozenset[str]:
    """What is not applied. What a later version applied is no fault: it is there before the
    processes of that version are."""
    if await connection.fetchval("SELECT to_regclass($1)", TABLE, timeout=timeout_seconds) is None:
        return known()
    rows = await connection.fetch(APPLIED, timeout=timeout_seconds)
    return known() - {row["name"] for row in rows}
