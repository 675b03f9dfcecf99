"""What commands share: the settings, a database that answers, a key, and a voice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter
from pydantic import SecretStr

from commands.failures import CommandFailed
from commands.local_postgres import local_postgres
from commands.secret_key import kept_key
from settings import Settings, load_settings

Result = TypeVar("Result")
Json = Annotated[bool, Parameter(name="--json", negative=())]


def say(line: str) -> None:
    """To the person at the terminal; standard output is for results."""
    print(f"xinfeng: {line}", file=sys.stderr, flush=True)


@contextmanager
def running(*, needs_key: bool = False, is_long: bool = False) -> Iterator[Settings]:
    """The settings with a database address in them, and a secret key where one is needed.

    Without DATABASE_URL the built-in PostgreSQL runs for as long as the context lasts. is_long:
    for services, which bring the built-in database up to date first; nobody else does it for them.
    """
    settings = load_settings()
    if settings.database_url:
        if needs_key and not settings.secret_keys:
            raise CommandFailed(
                "XINFENG_SECRET_KEY is not set: with DATABASE_URL this command needs it. "
                "Make one with: openssl rand -base64 32"
            )
        yield settings
        return
    with local_postgres(settings.data_dir, report=say) as database:
        update: dict[str, object] = {"database_url": database.url}
        if needs_key and not settings.secret_keys:
            update["secret_key"] = SecretStr(kept_key(settings.data_dir))
        with _built_in(settings.data_dir / "postgres"):
            if is_long:
                migrate_now(database.url)
            yield settings.model_copy(update=update)


@contextmanager
def _built_in(cluster: Path) -> Iterator[None]:
    """Of a database that this version cannot go on with, whoever has it is told where it is."""
    from commands.migrate import OtherLine

    try:
        yield
    except OtherLine:
        raise OtherLine(f"remove {cluster} and start again") from None


def migrate_now(database_url: str) -> None:
    from commands.migrate import migrate

    asyncio.run(migrate(database_url, say))


def on_database(database_url: str, work: Awaitable[Result]) -> Result:
    """What the work returns, with Tortoise opened for it."""
    from domain.database import open_database

    async def run() -> Result:
        async with open_database(database_url):
            return await work

    return asyncio.run(run())


def environment(settings: Settings) -> dict[str, str]:
    """The variables by which another process comes to the same database and key."""
    return {
        "DATABASE_URL": settings.database_url,
        "XINFENG_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
