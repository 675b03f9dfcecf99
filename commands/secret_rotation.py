"""Secrets at rest come to stand on another key."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.sealed import Report, Standing, standing
from domain.sealed import rotate as rotate_secrets
from domain.secrets import SecretBox

Check = Annotated[bool, Parameter(name="--check", negative=())]
MOST_NAMED = 20


def rotate(*, check: Check = False, as_json: Json = False) -> None:
    """Seal every secret anew with the first key of XINFENG_SECRET_KEY, and tell what stands where.

    To change the key: put the new one first ("new old") in the environment of every process and
    start them anew; run this; when no secret stands on an older key, take the old one out.
    Exit 1 while some do, or stand on no key at all. Interrupted, run it again.

    Parameters
    ----------
    check
        Only tell; change nothing.
    as_json
        One object: resealed, current, older, unreadable.
    """
    with running(needs_key=True) as settings, progress("sealing") as report:
        work = _rotated(SecretBox(settings.secret_keys), check, report)
        resealed, found = on_database(settings.database_url, work)
    if as_json:
        print(json.dumps(_shown(resealed, found), indent=2))
    say(f"{resealed:,} secrets sealed anew, {found.current:,} stand on the first key")
    if found.unreadable:
        named = ", ".join(found.unreadable[:MOST_NAMED])
        raise CommandFailed(f"{len(found.unreadable):,} stand on no key that is in use: {named}")
    if found.older:
        raise CommandFailed(f"{found.older:,} stand on older keys: keep these")


async def _rotated(box: SecretBox, check: bool, report: Report) -> tuple[int, Standing]:
    act = Act(SYSTEM, datetime.now(UTC))
    resealed = 0 if check else await rotate_secrets(act, box, report=report)
    return resealed, await standing(box, report=report)


def _shown(resealed: int, found: Standing) -> dict[str, object]:
    return {
        "resealed": resealed,
        "current": found.current,
        "older": found.older,
        "unreadable": found.unreadable,
    }
