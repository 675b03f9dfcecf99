"""`./xinfeng engagement flags`: what of the ledger looks bought, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.inflation.flags import Flag
from domain.inflation.ratios import flags_of
from domain.inflation.reading import read
from domain.inflation.rules import review
from domain.inflation.thresholds import current


def flags(
    *,
    days: Annotated[int, Parameter(validator=Number(gte=1, lte=3650))] = 30,
    as_json: Json = False,
) -> None:
    """Tell which counts look bought, and why; nothing is changed.

    Parameters
    ----------
    days
        How many days ago a post may have been published.
    as_json
        Every flag as an object, with what its score follows from.
    """
    thresholds, since = current(), datetime.now(UTC) - timedelta(days)
    with running() as settings, progress("reading") as report:
        work = read(since=since, zone=settings.zone, report=report)
        ledger = on_database(settings.database_url, work)
    said = review(ledger.courses, thresholds)
    found = [*said.flags, *flags_of(ledger.standings, thresholds)]
    if as_json:
        print(json.dumps([asdict(flag) for flag in found], indent=2, default=str))
    else:
        for flag in found:
            print(line(flag))
    judged, left_out = sum(said.judged.values()), sum(said.left_out.values())
    say(
        f"{len(found)} flags on {ledger.posts:,} posts; {judged:,} judgements,"
        f" {left_out:,} gains of which nothing can be said (rules {thresholds.version})"
    )


def line(flag: Flag) -> str:
    """A flag for people."""
    return (
        f"{flag.bucket:%Y-%m-%dT%H:%M}Z {flag.kind} {flag.metric} {flag.post}:"
        f" {flag.observed:,.4g}, usual {flag.low:,.4g} to {flag.high:,.4g}, score {flag.score:.1f}"
    )
