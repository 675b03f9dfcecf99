"""What organizations' libraries may hold."""

from __future__ import annotations

from datetime import UTC, datetime

from commands.failures import CommandFailed
from commands.runtime import on_database, running, say
from domain.access import SYSTEM, Act
from domain.ids import parse_id
from domain.organizations import actions
from domain.problems import Problem

MEBIBYTE = 2**20


def quota(organization_id: str, mebibytes: int | None = None) -> None:
    """Say how many MiB an organization's own library may hold; without a number, as many as there
    is room for. What it holds already stays.

    Parameters
    ----------
    organization_id
        Whose, like Organization:5.
    mebibytes
        How many, e.g. 20480 for 20 GiB. 0: nothing more is taken.
    """
    act = Act(SYSTEM, datetime.now(UTC))
    allowed = None if mebibytes is None else mebibytes * MEBIBYTE
    try:
        number = parse_id(organization_id, "Organization")[1]
        with running() as settings:
            on_database(settings.database_url, actions.set_library_quota(act, number, allowed))
    except Problem as problem:
        raise CommandFailed(problem.message) from None
    said = "as many MiB as there is room for" if mebibytes is None else f"{mebibytes:,} MiB"
    say(f"the library of {organization_id} may hold {said}")
