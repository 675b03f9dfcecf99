"""What comes in while a recording is under way is recorded with the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from domain.partners.rules import Platform
from domain.pulling.actions.answers import Told
from domain.pulling.actions.archive import GivenAnswer
from workers.recorder import MOST_WAITING, Recorder


def told(number: int) -> Told:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return Told(GivenAnswer(number, Platform.WEIBO, "GET /", 200, b"", moment), (), ())


class Database:
    """Records when it is let, and fails when it is told to."""

    def __init__(self) -> None:
        self.recorded: list[list[int]] = []
        self.open = asyncio.Event()
        self.fails = False

    async def record(self, given: Sequence[Told]) -> None:
        await self.open.wait()
        if self.fails:
            raise ConnectionError
        self.recorded.append([each.answer.account_id for each in given])


async def test_a_slow_database_is_given_many_at_once_and_then_waited_for() -> None:
    database = Database()
    recorder = Recorder(database.record)
    for number in range(MOST_WAITING):
        await recorder.give(told(number))
    last = asyncio.create_task(recorder.give(told(MOST_WAITING)))
    await asyncio.sleep(0.01)
    assert (last.done(), database.recorded) == (False, [])
    database.open.set()
    await last
    await recorder.finish()
    assert database.recorded == [[0], list(range(1, MOST_WAITING + 1))]


async def test_a_quick_database_is_given_each_at_once() -> None:
    database = Database()
    database.open.set()
    recorder = Recorder(database.record)
    for number in range(3):
        await recorder.give(told(number))
        await asyncio.sleep(0.01)
    assert database.recorded == [[0], [1], [2]]
    await recorder.finish()


async def test_what_went_wrong_is_told_and_the_rest_is_still_recorded() -> None:
    database = Database()
    database.fails = True
    recorder = Recorder(database.record)
    await recorder.give(told(0))
    await recorder.give(told(1))
    database.open.set()
    with pytest.raises(ConnectionError):
        await recorder.finish()
    database.fails = False
    await recorder.finish()
    assert database.recorded == [[1]]
