"""Answers that come quickly are recorded together, those that take their time one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from domain.partners.rules import Platform
from domain.pulling.actions.answers import Told
from domain.pulling.actions.archive import GivenAnswer
from workers.recorder import MOST_BYTES, MOST_WAITING, Recorder


def told(number: int, body: bytes = b"") -> Told:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return Told(GivenAnswer(number, Platform.WEIBO, "GET /", 200, body, moment), (), ())


class Database:
    """Records when it is let, and fails when it is told to."""

    def __init__(self) -> None:
        self.recorded: list[list[int]] = []
        self.open = asyncio.Event()
        self.fails = False
        self.at_once = self.most_at_once = 0

    async def record(self, given: Sequence[Told]) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.open.wait()
        self.at_once -= 1
        if self.fails:
            raise ConnectionError
        self.recorded.append([each.answer.account_id for each in given])


async def test_what_comes_quickly_is_recorded_together() -> None:
    database = Database()
    database.open.set()
    recorder = Recorder(database.record)
    for number in range(MOST_WAITING + 2):
        await recorder.give(told(number))
    await recorder.finish()
    assert database.recorded == [list(range(MOST_WAITING)), [MOST_WAITING, MOST_WAITING + 1]]


async def test_large_answers_are_recorded_before_they_fill_the_memory() -> None:
    database = Database()
    database.open.set()
    recorder = Recorder(database.record)
    for number in range(4):
        await recorder.give(told(number, bytes(MOST_BYTES // 2)))
    await recorder.finish()
    assert database.recorded == [[0, 1], [2, 3]]


async def test_what_comes_slowly_is_recorded_while_the_next_is_on_its_way() -> None:
    database = Database()
    database.open.set()
    recorder = Recorder(database.record, 0.01)
    for numbers in ([0, 1], [2], [3, 4]):
        for number in numbers:
            await recorder.give(told(number))
        await asyncio.sleep(0.1)
        assert database.recorded[-1] == numbers
    await recorder.finish()
    assert database.recorded == [[0, 1], [2], [3, 4]]


async def test_what_failed_meanwhile_is_told_to_who_gives_the_next_answer() -> None:
    database = Database()
    database.open.set()
    database.fails = True
    recorder = Recorder(database.record, 0.01)
    await recorder.give(told(0))
    await asyncio.sleep(0.1)
    with pytest.raises(ConnectionError):
        await recorder.give(told(1))
    database.fails = False
    await recorder.finish()
    assert database.recorded == [[1]]


async def test_a_slow_database_is_waited_for() -> None:
    database = Database()
    recorder = Recorder(database.record)
    for number in range(2 * MOST_WAITING - 1):
        await recorder.give(told(number))
    last = asyncio.create_task(recorder.give(told(2 * MOST_WAITING - 1)))
    await asyncio.sleep(0.01)
    assert (last.done(), database.recorded) == (False, [])
    database.open.set()
    await last
    await recorder.finish()
    assert [len(each) for each in database.recorded] == [MOST_WAITING, MOST_WAITING]


async def test_no_transaction_begins_beside_one_that_is_waited_for() -> None:
    database = Database()
    recorder = Recorder(database.record, 0.01)
    for number in range(2 * MOST_WAITING - 1):
        await recorder.give(told(number))
    last = asyncio.create_task(recorder.give(told(2 * MOST_WAITING - 1)))
    await asyncio.sleep(0.05)
    assert database.most_at_once == 1
    database.open.set()
    await last
    await recorder.finish()
    assert database.most_at_once == 1
    assert [len(each) for each in database.recorded] == [MOST_WAITING, MOST_WAITING]


async def test_what_went_wrong_is_told_and_the_rest_is_still_recorded() -> None:
    database = Database()
    database.open.set()
    database.fails = True
    recorder = Recorder(database.record)
    for number in range(MOST_WAITING + 1):
        await recorder.give(told(number))
    with pytest.raises(ConnectionError):
        await recorder.finish()
    database.fails = False
    await recorder.finish()
    assert database.recorded == [[MOST_WAITING]]
