"""Housekeeping: months to come get their part, what is past its time is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from domain.engagement.actions.months import make_months_ahead
from domain.engagement.actions.thinning import thin_history
from domain.previews.actions import forget_old as forget_old_previews
from domain.pulling.expiry import expire_bodies
from domain.users.actions.forgetting import forget_old
from workers.tools import Tools

PORTION = 500
PORTIONS_PER_JOB = 100
"""So many at most in one job: a long arrear is worked off over several hours."""

log = structlog.get_logger()


async def keep_the_ledger(tools: Tools) -> None:
    now = tools.clock()
    made = await make_months_ahead(now)
    bodies = await _expire(now - timedelta(days=tools.raw_answer_days))
    thinned = await thin_history(now)
    forgotten = await forget_old(now) + await forget_old_previews(now)
    if made or bodies or thinned or forgotten:
        log.info("ledger_kept", months=made, bodies=bodies, thinned=thinned, forgotten=forgotten)


async def _expire(before: datetime) -> int:
    """In transactions of their own, so that none is long."""
    done = 0
    for _ in range(PORTIONS_PER_JOB):
        expired = await expire_bodies(before, limit=PORTION)
        done += expired
        if expired < PORTION:
            break
    return done
