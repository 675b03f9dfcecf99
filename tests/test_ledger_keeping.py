"""The ledger's months, what nobody may do to it, and what is forgotten when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from tortoise.exceptions import OperationalError

from domain.database import connection_parameters
from domain.engagement.actions.months import make_months, make_months_ahead, months_between
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.verify import verify
from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.actions.answers import Told, complete
from domain.pulling.actions.archive import GivenAnswer
from domain.pulling.due import DuePost
from domain.pulling.expiry import expire_bodies
from domain.pulling.rules import BudgetRule, CounterValue, Rhythm
from domain.pulling.schedule import Manner
from tests import engagement_district as d

HOUR = timedelta(hours=1)
MARCH = datetime(2025, 3, 15, 4, tzinfo=UTC)
WAYS = ("UPDATE {} SET id = id + 1", "DELETE FROM {}", "TRUNCATE {} CASCADE")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database: str) -> d.District:
    return await d.build()


@pytest_asyncio.fixture(loop_scope="module")
async def post(district: d.District, request: pytest.FixtureRequest) -> int:
    name = str(request.node.name)
    return await d.post(district, name, organization_id=district.point, posted_at=MARCH)


@asynccontextmanager
async def owner(database_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        yield connection
    finally:
        await connection.close()


async def part_of(post_id: int) -> dict[date, str]:
    """In which part each observation of a post stands, by its day."""
    found = await d.rows(
        "SELECT tableoid::regclass::text AS part, observed_at FROM observation WHERE post_id = $1",
        post_id,
    )
    return {row["observed_at"].date(): row["part"] for row in found}


def test_months_between_dates() -> None:
    found = list(months_between(date(2025, 11, 30), date(2026, 2, 1)))
    assert found == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert list(months_between(date(2025, 11, 30), date(2025, 10, 31))) == []


async def test_an_observation_stands_in_its_month(post: int) -> None:
    assert await make_months(date(2025, 3, 1), date(2025, 4, 1)) == 2
    assert await make_months(date(2025, 3, 1), date(2025, 4, 1)) == 0
    end = datetime(2025, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    await d.take(d.reads(post, 1, MARCH), d.reads(post, 2, end))
    await d.take(d.reads(post, 3, end + timedelta(microseconds=1)))
    assert await part_of(post) == {
        date(2025, 3, 15): "observation_2025_03",
        date(2025, 3, 31): "observation_2025_03",
        date(2025, 4, 1): "observation_2025_04",
    }


async def test_nothing_is_lost_or_doubled_without_a_month(post: int) -> None:
    early = d.reads(post, 7, datetime(2019, 5, 1, 4, tzinfo=UTC))
    assert await d.take(early) == [True]
    assert await part_of(post) == {date(2019, 5, 1): "observation_other"}
    assert await d.take(early) == [False]
    later = d.reads(post, 8, datetime(2019, 5, 9, 4, tzinfo=UTC))
    assert await d.take(later, early) == [True, False]
    assert set((await part_of(post)).values()) == {"observation_other"}
    await roll_up_all(zone=d.ZONE)
    assert (await d.figures("POST", post))["value"] == 8
    assert await verify(zone=d.ZONE, report=d.silent) == []


async def test_a_month_takes_over_what_came_before_it(post: int) -> None:
    may, june = datetime(2017, 5, 9, 4, tzinfo=UTC), datetime(2017, 6, 1, tzinfo=UTC)
    words = [d.reads(post, 7, may), d.reads(post, 8, may + HOUR), d.reads(post, 9, june)]
    await d.take(*words)
    before = await d.rows("SELECT * FROM observation ORDER BY id")
    few = "SELECT observation_month('2017-05-01', 1) AS made"
    assert await d.rows(few) == [{"made": False}], "two are more than one"
    assert await make_months(date(2017, 5, 1), date(2017, 5, 31)) == 1
    assert await part_of(post) == {
        date(2017, 5, 9): "observation_2017_05",
        date(2017, 6, 1): "observation_other",
    }
    assert await d.rows("SELECT * FROM observation ORDER BY id") == before
    assert await d.take(*words) == [False, False, False]
    await roll_up_all(zone=d.ZONE)
    assert await verify(zone=d.ZONE, report=d.silent) == []


async def test_the_months_to_come_are_there(database: str) -> None:
    now = datetime(2031, 1, 15, tzinfo=UTC)
    assert await make_months_ahead(now) == 5
    assert await make_months_ahead(now) == 0
    found = await d.rows("SELECT to_regclass('observation_2030_12') IS NOT NULL AS first")
    assert found == [{"first": True}]


async def test_a_month_that_cannot_be_made_now_waits(database: str) -> None:
    async with owner(database) as reading, reading.transaction():
        await reading.execute("LOCK TABLE observation_other IN ACCESS SHARE MODE")
        started = asyncio.get_running_loop().time()
        assert await make_months(date(2018, 1, 1), date(2018, 1, 31)) == 0
        assert asyncio.get_running_loop().time() - started < 0.95
    assert await make_months(date(2018, 1, 1), date(2018, 1, 31)) == 1


@pytest.mark.parametrize("table", ["observation", "audit_entry", "delivery", "restatement"])
async def test_the_application_has_no_right_to_alter_history(
    post: int, database: str, table: str
) -> None:
    await make_months(date(2025, 3, 1), date(2025, 3, 31))
    await d.take(d.reads(post, 9, MARCH))
    before = await d.rows(f"SELECT * FROM {table} ORDER BY id")
    assert (await d.rows("SELECT current_user::text AS name"))[0]["name"] == "xinfeng_app"
    parts = [table, "observation_2025_03", "observation_other"][: 3 if table[0] == "o" else 1]
    async with owner(database) as connection:
        # The rights hold by themselves, whatever became of the triggers.
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for part in parts:
            for way in WAYS:
                with pytest.raises(OperationalError, match="permission denied"):
                    await d.rows(way.format(part))
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    assert await d.rows(f"SELECT * FROM {table} ORDER BY id") == before


async def test_even_the_owner_is_refused(post: int, database: str) -> None:
    await make_months(date(2025, 3, 1), date(2025, 3, 31))
    await d.take(d.reads(post, 9, MARCH))
    before = await d.rows("SELECT * FROM observation ORDER BY id")
    async with owner(database) as connection:
        for part in ("observation", "observation_2025_03", "observation_other"):
            for way in WAYS:
                with pytest.raises(asyncpg.RestrictViolationError, match="only ever appended"):
                    await connection.execute(way.format(part))
    assert await d.rows("SELECT * FROM observation ORDER BY id") == before


async def test_an_answer_expires_and_its_hash_stays(district: d.District, post: int) -> None:
    name = (await d.rows("SELECT external_id FROM post WHERE id = $1", post))[0]["external_id"]
    body = b'{"reads": 500}'

    async def answered(received_at: datetime) -> None:
        answer = GivenAnswer(district.account, Platform.WEIBO, "GET /count", 200, body, received_at)
        values = [CounterValue(name, Metric.READS, 500, "weibo.reads/2013-03")]
        due = DuePost(post, name, MARCH, "", 0, MARCH)
        told = [Told(answer, [due], values)]
        await complete(told, Manner(Rhythm(), 300), BudgetRule("weibo", 100))

    async def kept() -> list[Any]:
        rows = await d.rows(
            "SELECT b.body, b.sha256, b.received_at FROM observation o"
            " JOIN raw_answer a ON a.id = o.raw_answer_id JOIN raw_body b ON b.id = a.body_id"
            " WHERE o.post_id = $1 ORDER BY o.observed_at",
            post,
        )
        return [(row["body"], row["received_at"]) for row in rows if row["sha256"] == digest]

    digest = sha256(body).digest()
    second = MARCH + timedelta(days=2)
    await answered(MARCH)
    await answered(second)
    assert await kept() == [(body, second), (body, second)]
    assert await expire_bodies(second, limit=10) == 0
    assert await expire_bodies(second + timedelta(seconds=1), limit=10) == 1
    assert await expire_bodies(second + timedelta(seconds=1), limit=10) == 0
    assert await kept() == [(None, second), (None, second)]
    third = second + timedelta(days=1)
    await answered(third)
    assert await kept() == [(body, third)] * 3
