"""Notes when tokens were last used: behind whoever uses them, each once a minute at most."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from domain.outages import OUTAGES
from domain.tokens.actions import note_use

EVERY_SECONDS = 60.0
MAX_KNOWN = 10_000

log = structlog.get_logger()


class TokenUses:
    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: dict[int, float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, token_id: int, now: datetime) -> None:
        """Returns at once; nobody waits for what is written."""
        noted_at = self._noted.get(token_id)
        if noted_at is not None and self._clock() - noted_at < EVERY_SECONDS:
            return
        if len(self._noted) >= MAX_KNOWN:
            self._noted.clear()
        self._noted[token_id] = self._clock()
        task = asyncio.create_task(_write(token_id, now))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def settled(self) -> None:
        """Waits until what was noted is written."""
        if self._writing:
            await asyncio.wait(self._writing)


async def _write(token_id: int, now: datetime) -> None:
    try:
        await note_use(token_id, now=now)
    except OUTAGES as outage:
        log.warning("use of a token not noted", token=token_id, error=type(outage).__name__)
