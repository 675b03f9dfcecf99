"""A database made anew, beside the one an address names."""

from __future__ import annotations

import asyncpg
from psycopg.conninfo import make_conninfo

from commands.migrate import migrate
from domain.database import connection_parameters


async def create(server_url: str, name: str) -> str:
    """Address of a new, migrated database of that name; one that was there is gone."""
    connection = await asyncpg.connect(**connection_parameters(server_url))
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    finally:
        await connection.close()
    url = make_conninfo(server_url, dbname=name)
    await migrate(url, lambda line: None)
    return url
