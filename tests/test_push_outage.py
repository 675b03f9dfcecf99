"""A push while the database is away: 503 at once, nothing lost, and all well when it is back."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from domain.database import open_database, transaction
from domain.deliveries.models import Delivery
from domain.engagement.models import Observation
from settings import Settings
from tests.outage import Line
from tests.pushes import batch, item, make_sender, refusal, send, state

POOL = 3


@pytest_asyncio.fixture(loop_scope="module")
async def line(database_url: str) -> AsyncIterator[Line]:
    # Paths of sockets are short: pytest's own directories are too deep for them.
    with tempfile.TemporaryDirectory(prefix="xf-") as directory:
        line = Line(database_url, Path(directory))
        await line.restore()
        async with open_database(line.url, pool_size=POOL):
            yield line
            await line.restore()
        await line.cut()


async def test_a_database_that_goes_away_and_returns(line: Line) -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    await line.cut()
    for _ in range(2 * POOL):
        started = asyncio.get_running_loop().time()
        answer = await send(sender, body)
        assert refusal(answer) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"] == "5"
        assert asyncio.get_running_loop().time() - started < 1
    await line.restore()
    assert await Delivery.filter(partner_id=sender.partner_id).count() == 0
    assert (await send(sender, body)).json()["accepted"] == 1


async def test_a_database_that_falls_silent(line: Line) -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    line.silence()
    with state(settings=Settings(push_open_days=36_500, statement_timeout_seconds=0.3)):
        answers = await asyncio.gather(*(send(sender, body) for _ in range(2 * POOL)))
    assert [refusal(answer) for answer in answers] == [(503, "UNAVAILABLE")] * 2 * POOL
    await line.restore()
    for _ in range(2 * POOL):
        answer = await send(sender, body)
    assert answer.status == 200
    assert await Delivery.filter(partner_id=sender.partner_id).count() == 1
    assert await Observation.filter(post_id=sender.posts[0]).count() == 1


async def test_connections_cut_in_the_middle_of_a_push(line: Line) -> None:
    sender = await make_sender()
    body = batch(*(item(sender.posts[0], value) for value in range(500)))
    push = asyncio.create_task(send(sender, body))
    await asyncio.sleep(0.02)
    await line.cut()
    answer = await push
    await line.restore()
    assert answer.status in {200, 503}
    again = await send(sender, body)
    assert again.json() == {"accepted": 500, "duplicates": 0, "rejected": []}
    assert await Delivery.filter(partner_id=sender.partner_id).count() == 1
    assert await Observation.filter(post_id=sender.posts[0]).count() == 500


async def test_a_transaction_that_never_began_gives_its_connection_back(line: Line) -> None:
    await asyncio.gather(*(begin() for _ in range(POOL)))
    line.silence()
    waiting = [asyncio.create_task(begin()) for _ in range(2 * POOL)]
    await asyncio.sleep(0.1)
    for task in waiting:
        task.cancel()
    await line.restore()
    await asyncio.wait(waiting, timeout=5)
    assert all(task.done() for task in waiting)
    assert await asyncio.wait_for(asyncio.gather(*(begin() for _ in range(2 * POOL))), 5)


async def begin() -> int:
    async with transaction() as client:
        rows = await client.execute_query_dict("SELECT 1 AS one")
        return int(rows[0]["one"])
