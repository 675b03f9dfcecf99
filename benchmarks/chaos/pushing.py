"""A partner that pushes what the platform shows, and never gives up on a push."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from benchmarks.chaos.world import PUSHED
from benchmarks.pushes import signed
from commands.failures import CommandFailed

MOST_ITEMS = 450
PAUSE_SECONDS = 0.3
PATIENCE_SECONDS = 600.0
METRICS = {"reads": "READS", "discussions": "COMMENTS", "original_posts": "SHARES"}

Counters = Mapping[str, Mapping[str, int]]
"""By topic: by the data set's name of a counter, its value."""


@dataclass
class Pushing:
    """acknowledged: every item that was answered 200. attempts: requests sent, answered or not."""

    session: ClientSession
    url: str
    partner_id: int
    secret: str
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    pushes: int = 0
    attempts: int = 0

    async def push(self, counters: Counters) -> None:
        """Returns once all of it is acknowledged. Raises CommandFailed when it is refused."""
        for items in _portions(counters, datetime.now(UTC)):
            self.pushes += 1
            await self._until_acknowledged(f"chaos-{self.pushes}", items)

    async def _until_acknowledged(self, name: str, items: list[dict[str, Any]]) -> None:
        body = json.dumps({"items": items}).encode()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not await self._is_acknowledged(name, body, len(items)):
            if time.monotonic() > deadline:
                raise CommandFailed(f"the push {name} was not answered in {PATIENCE_SECONDS:g} s")
            await asyncio.sleep(PAUSE_SECONDS)
        self.acknowledged += items

    async def _is_acknowledged(self, name: str, body: bytes, items: int) -> bool:
        self.attempts += 1
        url = f"{self.url}/v1/engagement?partner=Partner:{self.partner_id}"
        limit = ClientTimeout(total=15)
        try:
            async with self.session.post(
                url, data=body, headers=signed(self.secret, name, body), timeout=limit
            ) as answer:
                text = await answer.text()
                if answer.status >= 500 or answer.status == 429:
                    return False
        except (ClientError, TimeoutError):
            return False
        told = json.loads(text) if answer.status == 200 else {}
        if told.get("rejected") != [] or told["accepted"] + told["duplicates"] != items:
            raise CommandFailed(f"the push {name} was refused: {answer.status} {text[:500]}")
        return True


def _portions(counters: Counters, now: datetime) -> Iterator[list[dict[str, Any]]]:
    items = [
        {
            "post": {"platform": PUSHED.value, "externalId": topic},
            "metric": metric,
            "value": values[name],
            "observedAt": now.isoformat(),
        }
        for topic, values in counters.items()
        for name, metric in METRICS.items()
        if name in values
    ]
    for at in range(0, len(items), MOST_ITEMS):
        yield items[at : at + MOST_ITEMS]
