"""Once a second, what this process has counted is written down, with how things stand in it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from api.metrics.families import LAG
from api.metrics.snapshots import write
from api.metrics.standing import Standing
from api.metrics.tally import Tally

EVERY_SECONDS = 1.0

log = structlog.get_logger()


@asynccontextmanager
async def sampling(tally: Tally, standing: Standing, directory: Path | None) -> AsyncIterator[None]:
    """While the context lasts, where there is a directory to write to."""
    if directory is None:
        yield
        return
    task = asyncio.create_task(_sample(tally, standing, directory))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await _write(tally, standing, directory, late=0.0)


async def _sample(tally: Tally, standing: Standing, directory: Path) -> None:
    late = 0.0
    while True:
        await _write(tally, standing, directory, late)
        due_at = time.perf_counter() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        late = max(time.perf_counter() - due_at, 0.0)


async def _write(tally: Tally, standing: Standing, directory: Path, late: float) -> None:
    tally.counts.update(standing.counts())
    gauges = {LAG.name: late, **standing.gauges()}
    try:
        await asyncio.to_thread(write, directory, tally, gauges)
    except OSError as error:
        log.warning("metrics not written", error=type(error).__name__, why=error.strerror)
