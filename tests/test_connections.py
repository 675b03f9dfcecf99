"""Connections that are lent: never more than there may be, in turn, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from domain.connections import Connections
from domain.database import connection_parameters
from domain.reader import open_reader

SLOW = "SELECT to_json('late'::text), pg_sleep(30)"


@asynccontextmanager
async def lending(database_url: str, size: int) -> AsyncIterator[tuple[Connections, list[int]]]:
    opened: list[int] = []

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(**connection_parameters(database_url))
        opened.append(connection.get_server_pid())
        return connection

    connections = Connections(connect, size=size)
    try:
        yield connections, opened
    finally:
        await connections.close(seconds=5)


async def test_the_last_used_is_lent_first(database_url: str) -> None:
    async with lending(database_url, 3) as (connections, opened):
        one, other = await connections.take(), await connections.take()
        connections.give_back(other)
        connections.give_back(one)
        assert await connections.take() is one
        assert len(opened) == 2


async def test_who_comes_when_all_are_lent_waits_in_line(database_url: str) -> None:
    async with lending(database_url, 1) as (connections, opened):
        served = []

        async def ask(number: int) -> None:
            connection = await connections.take()
            served.append(number)
            await connection.execute("SELECT")
            connections.give_back(connection)

        await asyncio.gather(*(ask(number) for number in range(50)))
        assert served == list(range(50))
        assert len(opened) == 1


async def test_a_dead_one_is_replaced(database_url: str) -> None:
    async with lending(database_url, 1) as (connections, opened):
        connection = await connections.take()
        waiting = asyncio.create_task(connections.take())
        await asyncio.sleep(0)
        connection.terminate()
        connections.give_back(connection)
        other = await waiting
        assert other is not connection
        assert len(opened) == 2
        connections.give_back(other)
        other.terminate()
        assert await connections.take() is not other
        assert len(opened) == 3


async def test_one_that_cannot_be_opened_takes_no_place() -> None:
    async def refuse() -> asyncpg.Connection:
        raise ConnectionRefusedError

    connections = Connections(refuse, size=1)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await connections.take()
    done = await asyncio.gather(*(connections.take() for _ in range(5)), return_exceptions=True)
    assert [type(error) for error in done] == [ConnectionRefusedError] * 5


async def test_whoever_gives_up_waiting_loses_nothing(database_url: str) -> None:
    async with lending(database_url, 1) as (connections, _):
        connection = await connections.take()
        impatient = [asyncio.create_task(connections.take()) for _ in range(3)]
        patient = asyncio.create_task(connections.take())
        await asyncio.sleep(0)
        impatient[1].cancel()
        connections.give_back(connection)
        impatient[0].cancel()  # it has been handed the connection, but has not looked yet
        await asyncio.sleep(0)
        assert await impatient[2] is connection
        connections.give_back(connection)
        assert await patient is connection


async def test_a_statement_nobody_waits_for_is_cancelled(database_url: str) -> None:
    async with open_reader(database_url, size=1, timeout_seconds=60) as reader:
        asked = asyncio.create_task(reader.row(SLOW, ()))
        await _until_running(database_url, 1)
        asked.cancel()
        (value,) = await asyncio.wait_for(reader.row("SELECT to_json(1)", ()), 5)
        assert value == b"1"
        await _until_running(database_url, 0)


async def _until_running(database_url: str, count: int) -> None:
    watcher = await asyncpg.connect(**connection_parameters(database_url))
    try:
        for _ in range(200):
            sql = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'xinfeng-reader' AND state = 'active'"
            )
            if await watcher.fetchval(sql) == count:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"never {count} statements at once")
    finally:
        await watcher.close()
