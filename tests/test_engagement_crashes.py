"""Killed at any statement, nothing is half done: what was recorded counts, once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from tortoise.backends.asyncpg.client import TransactionWrapper

from domain.engagement.actions.rebuild import rebuild
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.verify import verify
from tests import engagement_district as d

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
PEOPLE = "wechat.read_users/2025-11"


class Killed(Exception):
    """The connection is gone; so is everything its transaction did."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database: str) -> AsyncIterator[d.District]:
    yield await d.build()


@contextmanager
def killed_at(statement: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The given statement, counted from 0, ends the connection. Yields how many were begun."""
    begun = [0]

    def counting(original: Any) -> Any:
        async def run(client: Any, *given: Any) -> Any:
            begun[0] += 1
            if begun[0] > statement:
                client._connection.terminate()
                raise Killed
            return await original(client, *given)

        return run

    with monkeypatch.context() as patch:
        for name in ("execute_query", "execute_query_dict"):
            patch.setattr(TransactionWrapper, name, counting(getattr(TransactionWrapper, name)))
        yield begun


async def news(district: d.District, post: int, round_: int) -> None:
    """Something of everything: gains, a correction, a late word, now and then a break."""
    moment = DAY + timedelta(hours=7 * round_)
    await d.take(
        d.reads(post, 100 + 40 * round_, moment),
        d.reads(post, 90 + 40 * round_, moment + timedelta(hours=3)),
        d.reads(post, 50, DAY - timedelta(hours=1 + round_)),
        d.reads(post, 7 * round_, moment, definition=PEOPLE if round_ == 9 else "ours"),
    )


async def test_killed_at_any_statement_a_roll_up_is_done_wholly_or_not_at_all(
    district: d.District, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await d.post(
        district, "one", organization_id=district.point, article_id=district.article, posted_at=DAY
    )
    await roll_up_all(zone=d.ZONE)
    finished = False
    statement = 0
    while not finished:
        await news(district, post, statement)
        before = await d.everything_stored()
        try:
            with killed_at(statement, monkeypatch):
                await roll_up_all(zone=d.ZONE)
            finished = True
        except Exception:
            assert await d.everything_stored() == before
            assert await roll_up_all(zone=d.ZONE) > 0
        assert await verify(zone=d.ZONE, report=d.silent) == []
        statement += 1
    assert statement > 10
    assert await rebuild(zone=d.ZONE, report=d.silent) == 0


async def test_killed_at_any_statement_nothing_half_is_recorded(
    district: d.District, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await d.post(district, "two", organization_id=district.point, posted_at=DAY)
    statement, finished = 0, False
    while not finished:
        kept = await d.rows("SELECT count(*) FROM observation")
        marks = await d.rows("SELECT count(*) FROM engagement_dirty")
        try:
            with killed_at(statement, monkeypatch):
                assert await d.take(d.reads(post, 5, DAY)) == [True]
            finished = True
        except Exception:
            assert await d.rows("SELECT count(*) FROM observation") == kept
            assert await d.rows("SELECT count(*) FROM engagement_dirty") == marks
        statement += 1
    assert statement > 1
    assert await d.take(d.reads(post, 5, DAY)) == [False]
    assert await verify(zone=d.ZONE, report=d.silent) == []
