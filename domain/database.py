"""One PostgreSQL: how its address becomes connections, and what one transaction is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.transactions import in_transaction

from domain.deadlines import within_deadline
from domain.rights import become_application

NOUNS = (
    "archives",
    "article_columns",
    "articles",
    "articles.imports",
    "audit",
    "campaigns",
    "categories",
    "deliveries",
    "distribution",
    "engagement",
    "fronts",
    "grants",
    "highlights",
    "inflation",
    "media",
    "organizations",
    "partners",
    "people",
    "posts",
    "previews",
    "publishing",
    "pulling",
    "reviews",
    "search",
    "teams",
    "tokens",
    "users",
    "webhooks",
)


def connection_parameters(database_url: str) -> dict[str, Any]:
    """asyncpg's keyword arguments for a libpq address (URL or key=value, unix sockets too).

    Raises ValueError that names the fault, never the password.
    """
    try:
        parts = conninfo_to_dict(database_url)
    except ProgrammingError as error:
        raise ValueError("not a PostgreSQL address (postgresql://user@host/database)") from error
    known = {
        "host": "host",
        "port": "port",
        "user": "user",
        "password": "password",
        "dbname": "database",
    }
    parameters: dict[str, Any] = {
        name: parts[key] for key, name in known.items() if parts.get(key) not in (None, "")
    }
    if "port" in parameters:
        parameters["port"] = int(parameters["port"])
    if parts.get("sslmode"):
        parameters["ssl"] = str(parts["sslmode"])
    return parameters


def tortoise_config(database_url: str, *, pool_size: int = 5) -> dict[str, Any]:
    """Tortoise's configuration: one connection, one app named `domain`, its migrations."""
    credentials = {
        "port": 5432,
        **connection_parameters(database_url),
        "minsize": 1,
        "maxsize": pool_size,
        "server_settings": {"timezone": "UTC", "application_name": "xinfeng"},
    }
    return {
        "connections": {
            "default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
        },
        "apps": {
            "domain": {
                "models": [f"domain.{noun}.models" for noun in NOUNS],
                "default_connection": "default",
                "migrations": "domain.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def open_database(
    database_url: str, *, pool_size: int = 5, statement_seconds: float = 0
) -> AsyncIterator[None]:
    """Tortoise ready for this process, with the application's rights; closed on leaving.

    statement_seconds: the longest one statement may take, 0 for as long as it likes.
    """
    config = tortoise_config(database_url, pool_size=pool_size)
    credentials = config["connections"]["default"]["credentials"]
    credentials["init"] = become_application
    credentials["server_settings"]["statement_timeout"] = str(int(1000 * statement_seconds))
    await Tortoise.init(config=config, _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """One transaction: all of it or nothing. Raw SQL goes through the client that is given.

    Raises TimedOut when the deadline comes before its end; then nothing of it stays. What is being
    committed at that moment is committed.
    """
    context = in_transaction("default")
    try:
        async with within_deadline():
            client = await context.__aenter__()
    except BaseException:
        await _give_back(context)
        raise
    try:
        async with within_deadline():
            yield client
    except BaseException as error:
        await context.__aexit__(type(error), error, error.__traceback__)
        raise
    await context.__aexit__(None, None, None)


async def _give_back(context: TransactionContext) -> None:
    """The connection of a transaction that never began, because the database is away or nobody
    waits any more: Tortoise would keep it, and each such failure would cost the pool one."""
    client: Any = context.client
    token = getattr(context, "token", None)
    if token is not None:
        get_connections().reset(token)
    pool = getattr(client._parent, "_pool", None)
    if client._connection is not None and pool is not None:
        await pool.release(client._connection)
