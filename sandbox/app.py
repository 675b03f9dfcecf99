"""The sandbox platform as one ASGI application."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette

from sandbox import (
    bilibili,
    control,
    douyin,
    mastodon,
    plausible,
    wechat,
    weibo,
    wordpress,
    youtube,
)
from sandbox.clock import ReplayClock
from sandbox.faults import Faults
from sandbox.limits import RateLimit
from sandbox.state import Sandbox
from sandbox.tokens import Nonces, Tokens
from sandbox.topics import hour_number, load

KEEP_CLOCK_SECONDS = 2.0
DOUBLES = (
    weibo.DOUBLE,
    mastodon.DOUBLE,
    youtube.DOUBLE,
    plausible.DOUBLE,
    wordpress.DOUBLE,
    wechat.DOUBLE,
    douyin.DOUBLE,
    bilibili.DOUBLE,
)


def create_app(
    data_path: Path,
    *,
    speed: float,
    clock_path: Path | None,
    start_hour: str | None = None,
    generosity: int = 1000,
    monotonic: Callable[[], float] = time.monotonic,
    wall_clock: Callable[[], float] = time.time,
) -> Starlette:
    """speed: 360 replays an hour of the data every ten seconds; 0 stands still.

    clock_path: where the replay's position is kept. start_hour: where it starts when nothing is
    kept, like 2025-10-01T08, by default the first hour. generosity: how many times the platforms'
    own rate limits are granted.
    """
    topics = load(data_path)
    clock = ReplayClock(
        start=hour_number(start_hour) if start_hour else topics.first_hour,
        first=topics.first_hour,
        last=topics.last_hour,
        speed=speed,
        path=clock_path,
        monotonic=monotonic,
    )
    routes = [*control.routes, *(route for double in DOUBLES for route in double.routes)]
    app = Starlette(routes=routes, lifespan=_keep_clock)
    app.state.sandbox = Sandbox(
        topics=topics,
        clock=clock,
        faults=Faults(monotonic),
        limits={
            name: RateLimit(limit._replace(requests=limit.requests * generosity), wall_clock)
            for double in DOUBLES
            for name, limit in double.limits.items()
        },
        tokens=Tokens(wall_clock),
        nonces=Nonces(wall_clock),
        asks=tuple(ask for double in DOUBLES for ask in double.asks),
    )
    return app


@asynccontextmanager
async def _keep_clock(app: Starlette) -> AsyncIterator[None]:
    sandbox: Sandbox = app.state.sandbox

    async def keep() -> None:
        while True:
            sandbox.clock.keep()
            await asyncio.sleep(KEEP_CLOCK_SECONDS)

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        sandbox.clock.keep()
