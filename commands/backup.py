"""Back up and restore: the database as one file, and proof that what comes back is right."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from commands.backups import archive, restoring
from commands.backups.archive import Manifest
from commands.backups.dumping import dump
from commands.failures import CommandFailed
from commands.migrate import migrate
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from settings import Settings

MOST_NAMED = 10
KEY = (
    "secrets in it are sealed: without XINFENG_SECRET_KEY they stay so. Keep the key, but elsewhere"
)


@dataclass
class Proof:
    """What was found after a restore. differences: sentences; empty when all is as it was."""

    database: str
    rows: int
    migrations_applied: int = 0
    audit_entries: int = 0
    secrets_unreadable: int | None = None
    differences: list[str] = field(default_factory=list)


def backup(file: Path, *, as_json: Json = False) -> None:
    """Write the whole database, as it is at one moment, to a file; everybody may go on meanwhile.

    The file is whole, or not there: it has its name once everything is on the disk, and never
    takes the place of another. Secrets in it stay sealed; restoring them needs the key.

    Parameters
    ----------
    file
        Where to; only its owner may read it.
    as_json
        The manifest, as one object.
    """
    with running() as settings, progress("backing up") as report, archive.writing(file) as work:
        manifest = asyncio.run(dump(settings.database_url, work, report))
    if as_json:
        print(json.dumps({"file": str(file), **_shown(manifest)}, indent=2))
    size = file.stat().st_size
    say(f"{file}: {manifest.rows:,} rows of {len(manifest.tables)} tables, {size:,} bytes")
    say(KEY)


def restore(file: Path, *, into: str = "", as_json: Json = False) -> None:
    """Fill an empty database from a backup, bring it up to date, and prove what came back.

    Nothing is restored by half: the file is read to its end first, and filling is one
    transaction. Then rows are counted, every figure is derived anew from the observations, and
    the chain of the audit trail is gone through; exit 1 when something differs.

    Parameters
    ----------
    file
        What ./xinfeng backup wrote.
    into
        Name of a database to make for it, on the same server; otherwise the configured one must
        be empty.
    as_json
        What was found, as one object.
    """
    manifest = archive.read_manifest(file)
    restoring.check_version(manifest)
    with progress("reading") as report:
        archive.check(file, manifest, report)
    with running() as settings:
        url = asyncio.run(_restored(settings, file, manifest, into))
        proof = _proved(settings, url, manifest)
    if as_json:
        print(json.dumps(asdict(proof), indent=2))
    _tell(proof)


async def _restored(settings: Settings, file: Path, manifest: Manifest, into: str) -> str:
    """The address of what was filled."""
    with progress("restoring") as report:
        if not into:
            await restoring.check_empty(settings.database_url)
            await restoring.fill(settings.database_url, file, manifest, report)
            return settings.database_url
        async with restoring.new_database(settings.database_url, into) as url:
            await restoring.fill(url, file, manifest, report)
            return url


def _proved(settings: Settings, url: str, manifest: Manifest) -> Proof:
    from domain.audit.verify import verify as verify_chain
    from domain.engagement.actions.verify import verify as verify_figures

    with progress("counting") as report:
        differences = asyncio.run(restoring.compare(url, manifest, report))
    proof = Proof(_name(url), manifest.rows, differences=differences)
    proof.migrations_applied = asyncio.run(migrate(url, say))
    with progress("figures") as report:
        work = verify_figures(zone=settings.zone, report=report)
        proof.differences += [str(each) for each in on_database(url, work)]
    with progress("audit trail") as report:
        verdict = on_database(url, verify_chain([], report=report))
    proof.audit_entries = verdict.head.position
    if verdict.fault is not None:
        proof.differences.append(str(verdict.fault))
    proof.secrets_unreadable = _unreadable(settings, url)
    return proof


def _unreadable(settings: Settings, url: str) -> int | None:
    """Secrets that the key in use does not open; None without a key."""
    from domain.sealed import standing
    from domain.secrets import SecretBox

    if not settings.secret_keys:
        return None
    with progress("secrets") as report:
        found = on_database(url, standing(SecretBox(settings.secret_keys), report=report))
    return len(found.unreadable)


def _tell(proof: Proof) -> None:
    """Raises CommandFailed where something differs."""
    say(f"{proof.database}: {proof.rows:,} rows, {proof.audit_entries:,} audit entries")
    if proof.secrets_unreadable is None:
        say(f"no XINFENG_SECRET_KEY is set: {KEY}")
    elif proof.secrets_unreadable:
        say(f"{proof.secrets_unreadable:,} secrets do not open with this XINFENG_SECRET_KEY")
    if proof.differences:
        for difference in proof.differences[:MOST_NAMED]:
            say(f"  {difference}")
        raise CommandFailed(f"restored, but {len(proof.differences):,} things are not as they were")
    say("everything is as it was: rows, figures, audit trail")


def _name(url: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    return str(conninfo_to_dict(url).get("dbname") or "")


def _shown(manifest: Manifest) -> dict[str, object]:
    return {name: getattr(manifest, name) for name in manifest.__struct_fields__}
