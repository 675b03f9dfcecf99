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


def migrate(*, check: bool = False) -> None:
    """Bring the database up to date; each step is named, and a second run finds nothing to do.

    Parameters
    ----------
    check
        Look whether the models have changes that no migration makes, and touch no database.
    """
    if check:
        _check()
        return
    from commands.migrate import migrate as apply

    with running() as settings:
        if asyncio.run(apply(settings.database_url, say)) == 0:
            say("the database is up to date")


def _check() -> None:
    from commands.missing_migrations import missing_migrations

    missing = asyncio.run(missing_migrations())
    if missing:
        raise CommandFailed("the models have changes without a migration: " + "; ".join(missing))
    say("every change of the models has its migration")


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
