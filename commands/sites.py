"""The whole site as one file, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import on_database, running, say
from domain.access import SYSTEM, Act
from domain.archives.reading import read_archive
from domain.archives.writing import write_archive
from domain.media.storage import Missing, open_storage
from domain.problems import Problem


def export_site(file: Path) -> None:
    """Write what editors made into one file: organizations, people, teams, campaigns, partners,
    articles with all revisions, posts, and the library with its files.

    It holds no secrets, users, roles, reviews or figures: for those there is ./xinfeng backup.

    Parameters
    ----------
    file
        Where to, e.g. site.zip; nothing is overwritten.
    """
    if file.exists():
        raise CommandFailed(f"{file} is there already")
    with running() as settings, progress("files") as report:
        storage = open_storage(settings.media_place)
        work = write_archive(file, storage, datetime.now(UTC), report)
        try:
            count = on_database(settings.database_url, work)
        except Missing as error:
            raise CommandFailed(f"the store of files lacks {error}") from None
    say(f"{count:,} rows and files in {file}")


def import_site(file: Path) -> None:
    """Enter what export site wrote, into a deployment that has no organizations yet. Ids stay.

    All of it or nothing. Figures begin anew: posts are pulled and pushed from then on.

    Parameters
    ----------
    file
        The archive.
    """
    if not file.is_file():
        raise CommandFailed(f"there is no file {file}")
    with running() as settings, progress("files") as report:
        act = Act(SYSTEM, datetime.now(UTC))
        work = read_archive(act, file, open_storage(settings.media_place), report)
        try:
            count = on_database(settings.database_url, work)
        except Problem as problem:
            raise CommandFailed(problem.message) from None
    say(f"{count:,} rows")
