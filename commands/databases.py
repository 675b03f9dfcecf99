"""The database itself: migrate, psql."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import subprocess
from collections.abc import Iterator
from typing import Annotated

from cyclopts import Parameter

from commands.failures import CommandFailed
from commands.local_postgres import binaries
from commands.runtime import running, say


def migrate(*, check: bool = False, make: str = "") -> None:
    """Bring the database up to date; each step is named, and a second run finds nothing to do.

    Parameters
    ----------
    check
        Look whether the models have changes that no migration makes, and whether one migration
        is the newest; touch no database.
    make
        For those who change the models: write what they lack as a migration of this name.

    Examples
    --------
    xinfeng migrate
    xinfeng migrate --check
    xinfeng migrate --make article_mood
    """
    if check:
        _check()
        return
    if make:
        _make(make)
        return
    from commands.migrate import migrate as apply

    with running() as settings:
        if asyncio.run(apply(settings.database_url, say)) == 0:
            say("the database is up to date")


def _check() -> None:
    from commands.missing_migrations import (
        forgotten_constraints,
        missing_migrations,
        newest_migrations,
    )

    newest = newest_migrations()
    if len(newest) > 1:
        raise CommandFailed(
            f"each of these migrations is the newest: {', '.join(newest)}."
            " Chain them one after the other, by their dependencies"
        )
    if forgotten := forgotten_constraints():
        raise CommandFailed(
            f"no migration makes these constraints: {', '.join(forgotten)}."
            " Write CreateTables(ops.CreateModel(…)), which does"
        )
    missing = asyncio.run(missing_migrations())
    if missing:
        raise CommandFailed("the models have changes without a migration: " + "; ".join(missing))
    say("every change of the models has its migration")


def _make(name: str) -> None:
    from commands.missing_migrations import write_migration

    if not name.isidentifier():
        raise CommandFailed(f"a migration's name is of letters, digits and _: not {name!r}")
    made = asyncio.run(write_migration(name))
    say("every change of the models has its migration" if made is None else f"wrote {made}")


def psql(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Open PostgreSQL's own terminal on the database.

    Parameters
    ----------
    arguments
        Passed on to psql, e.g. -c "select count(*) from observation".
    """
    with running() as settings:
        program = binaries() / "psql"
        command = [str(program) if program.exists() else shutil.which("psql") or "psql"]
        with _interrupts_left_to_child():
            done = subprocess.run([*command, settings.database_url, *arguments], check=False)
    return done.returncode


@contextlib.contextmanager
def _interrupts_left_to_child() -> Iterator[None]:
    """Ctrl-C ends a query, not the terminal that shows it."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
