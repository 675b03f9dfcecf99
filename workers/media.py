"""Renditions of pictures that were uploaded, and the sweeping of files nothing names."""

from __future__ import annotations

import structlog

from domain.media.actions.rendering import render, take_due
from domain.media.actions.sweeping import sweep
from workers.metrics import RENDERED, SWEPT
from workers.tools import Tools

PICTURES_PER_JOB = 20
"""A backlog is worked off in several jobs, so that others have their turn."""

log = structlog.get_logger()


async def render_due(tools: Tools) -> None:
    """Pictures that were uploaded get the sizes they are shown in: all that are due, or so many as
    one job takes."""
    if tools.storage is None:
        return
    for _ in range(PICTURES_PER_JOB):
        row = await take_due(tools.clock())
        if row is None:
            return
        state = await render(row, tools.storage, tools.clock())
        RENDERED.labels(state.value).inc()
        log.info("media_rendered", media_id=row.id, state=state.value, why=row.why)


async def sweep_store(tools: Tools) -> None:
    """Files that nothing names any more are removed."""
    if tools.storage is None:
        return
    removed = await sweep(tools.storage, tools.clock())
    SWEPT.inc(removed)
    if removed:
        log.info("media_swept", files=removed)
