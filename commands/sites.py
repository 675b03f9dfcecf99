"""The whole site as one file, and back."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.archives.format import Manifest, Report
from domain.archives.reading import Entered, read_archive
from domain.archives.writing import write_archive
from domain.database import connection_parameters
from domain.media.storage import Missing, open_storage
from domain.problems import Problem
from domain.secrets import SecretBox
from domain.webhooks.actions import new_secret
from settings import Settings

ONE_IMPORT = 0x58495349  # "XISI"

TO_DO = {
    "userPasswords": "accounts had a password: they are invited anew (user invite)",
    "secondFactors": "accounts had a second factor: each sets one up again",
    "openIdIdentities": "accounts were bound to an identity provider: they are bound anew",
    "tokens": "bearer tokens are revoked: make new ones (token create)",
    "accountCredentials": "accounts on platforms need their credential (account credential)",
    "signingSecrets": "signing secrets of partners are gone: issue new ones (partner secret)",
    "webhookEndpoints": "webhook addresses are disabled: webhook rotate, then webhook enable",
    "previewLinks": "links to previews are revoked: make new ones",
    "reviewInvitations": "open invitations to reviews are void: invite again",
}
"""What has to be given anew, by what the manifest counts."""


def export_site(file: Path, *, as_json: Json = False) -> None:
    """Write the whole site into one file: what its editors made, its reviews, plans and fronts, its
    people and roles, every figure with the observations it stands on, the audit trail, and the
    library with its files. Passwords, tokens, credentials and secrets are never in it.

    Parameters
    ----------
    file
        Where to, e.g. site.zip; nothing is overwritten.
    as_json
        Print what is in it as JSON.
    """
    if file.exists():
        raise CommandFailed(f"{file} is there already")
    with running() as settings, progress("rows and files") as report:
        storage = open_storage(settings.media_place)
        work = write_archive(file, storage, datetime.now(UTC), settings.zone, report)
        try:
            manifest = on_database(settings.database_url, work)
        except Missing as error:
            raise CommandFailed(f"the store of files lacks {error}") from None
        except FileExistsError:
            raise CommandFailed(f"{file} is there already") from None
    say(f"{manifest.size:,} rows and files in {file}")
    if as_json:
        _print(manifest)


def import_site(file: Path, *, as_json: Json = False) -> None:
    """Enter what export site wrote, into a deployment that has nothing yet. Ids stay.

    The whole archive is looked at before anything is entered. Stopped in the middle, start the same
    command again: it goes on. Stop the API and the worker meanwhile.

    Parameters
    ----------
    file
        The archive.
    as_json
        Print what was in it as JSON.
    """
    if not file.is_file():
        raise CommandFailed(f"there is no file {file}")
    with running(needs_key=True) as settings, progress("rows and files") as report:
        try:
            manifest, is_new = on_database(settings.database_url, _entered(settings, file, report))
        except Problem as problem:
            raise CommandFailed(problem.message) from None
    if is_new:
        say(f"{manifest.size:,} rows and files")
    else:
        say("this archive is in already: nothing was changed")
    for line in to_do(manifest):
        say(line)
    if as_json:
        _print(manifest)


async def _entered(settings: Settings, file: Path, report: Report) -> Entered:
    """Raises CommandFailed while another import runs: both would enter the same rows."""
    act, box = Act(SYSTEM, datetime.now(UTC)), SecretBox(settings.secret_keys)
    sealed = box.seal(new_secret(secrets.token_bytes))
    storage = open_storage(settings.media_place)
    connection = await asyncpg.connect(**connection_parameters(settings.database_url))
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", ONE_IMPORT):
            raise CommandFailed("another import of a site runs on this database")
        return await read_archive(act, file, storage, settings.zone, sealed, report)
    finally:
        await connection.close()


def to_do(manifest: Manifest) -> list[str]:
    """What stayed behind, and what to do about it, a line each."""
    left = manifest.left_behind.items()
    return [f"{count:,} {TO_DO[name]}" for name, count in left if count]


def _print(manifest: Manifest) -> None:
    print(json.dumps(asdict(manifest), indent=2))
