"""A database whose owner may make no roles: everything works, and the triggers refuse."""

from __future__ import annotations

import asyncpg
import pytest
from psycopg.conninfo import make_conninfo

from commands.migrate import migrate
from domain.database import connection_parameters, open_database
from tests.engagement_district import rows


async def owned(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_an_owner_who_may_make_no_roles_still_starts(
    server_url: str, template_name: str
) -> None:
    await owned(server_url, "CREATE ROLE plain LOGIN", "CREATE DATABASE plain OWNER plain")
    url = make_conninfo(server_url, dbname="plain", user="plain")
    try:
        said: list[str] = []
        await migrate(url, said.append)
        assert said[-1] == (
            "the database's user may not become the role xinfeng_app:"
            " triggers alone keep history from being altered"
        )
        async with open_database(url):
            assert await rows("SELECT current_user::text AS name") == [{"name": "plain"}]
            assert await rows("SELECT count(*) FROM observation") == [{"count": 0}]
        for way in ("DELETE FROM observation", "TRUNCATE observation_other"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await owned(url, way)
    finally:
        await owned(server_url, "DROP DATABASE plain WITH (FORCE)", "DROP ROLE plain")
