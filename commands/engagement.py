"""The counts: do they follow from what was observed, and making them follow."""

from __future__ import annotations

import json

from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.engagement.actions.rebuild import rebuild as rebuild_figures
from domain.engagement.actions.verify import Difference
from domain.engagement.actions.verify import verify as verify_figures


def verify(*, as_json: Json = False) -> None:
    """Derive every total and daily figure anew and compare; exit 1 when one differs.

    Parameters
    ----------
    as_json
        The differences as a list of objects.
    """
    with running() as settings, progress("comparing") as report:
        work = verify_figures(zone=settings.zone, report=report)
        differences = on_database(settings.database_url, work)
    if as_json:
        print(json.dumps([_row(difference) for difference in differences], indent=2, default=str))
    else:
        for difference in differences:
            print(difference)
    if differences:
        raise CommandFailed(
            f"{len(differences)} figures differ from what the observations say: "
            "./xinfeng engagement rebuild sets them right"
        )
    say("every figure is what the observations say")


def rebuild() -> None:
    """Write every total and daily figure anew from the observations."""
    with running() as settings, progress("rebuilding") as report:
        work = rebuild_figures(zone=settings.zone, report=report)
        changed = on_database(settings.database_url, work)
    say(f"{changed} rows changed")


def _row(difference: Difference) -> dict[str, object]:
    return {name: getattr(difference, name) for name in Difference.__slots__}
