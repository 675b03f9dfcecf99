"""What an observation refers to is there, and stays; no foreign key says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from domain.database import connection_parameters
from domain.engagement.rules import Metric, Source
from tests import engagement_district as d

MOMENT = datetime(2025, 10, 2, 4, tzinfo=UTC)
NO_SUCH = 2**62
INSERT = """
INSERT INTO observation (post_id, metric, value, value_kind, observed_at, bound, finality,
    definition, source, raw_answer_id, recorded_at)
SELECT id, 'READS', 5, 'CUMULATIVE', $2, 'EXACT', 'FINAL', 'weibo.reads/2013-03', 'PULL', $3, $2
FROM unnest($1::bigint[]) AS id
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database: str) -> d.District:
    return await d.build()


@pytest_asyncio.fixture(loop_scope="module")
async def post(district: d.District, request: pytest.FixtureRequest) -> int:
    return await d.post(district, str(request.node.name), organization_id=district.point)


@pytest_asyncio.fixture(loop_scope="module")
async def owner(database_url: str) -> Any:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    yield connection
    await connection.close()


async def observed(post_id: int) -> int:
    found = await d.rows("SELECT count(*) FROM observation WHERE post_id = $1", post_id)
    return int(found[0]["count"])


async def test_an_observation_of_no_post_is_refused(post: int, owner: Any) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError, match=f"there is no post {NO_SUCH}"):
        await owner.execute(INSERT, [post, NO_SUCH], MOMENT, None)
    assert await observed(post) == 0


async def test_an_observation_of_no_answer_is_refused(post: int, owner: Any) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="there is no raw answer"):
        await owner.execute(INSERT, [post], MOMENT, NO_SUCH)
    assert await observed(post) == 0


async def test_an_observed_post_stays_and_another_may_go(
    post: int, district: d.District, owner: Any
) -> None:
    other = await d.post(district, "not observed", organization_id=district.point)
    await owner.execute(INSERT, [post], MOMENT, None)
    with pytest.raises(asyncpg.RestrictViolationError, match="that was observed"):
        await owner.execute("DELETE FROM post WHERE id = ANY($1::bigint[])", [post, other])
    assert await owner.execute("DELETE FROM post WHERE id = $1", other) == "DELETE 1"
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("TRUNCATE post CASCADE")
    assert await observed(post) == 1


async def test_an_answer_stays_as_it_is(district: d.District, owner: Any) -> None:
    kept = await owner.fetchval(
        "WITH body AS (INSERT INTO raw_body (sha256, body, received_at)"
        " VALUES (sha256('x'), 'x', $1) RETURNING id)"
        " INSERT INTO raw_answer (account_id, platform, request, status, body_id, received_at)"
        " SELECT $2, 'WEIBO', 'GET /', 200, id, $1 FROM body RETURNING id",
        MOMENT,
        district.account,
    )
    for way in (
        "DELETE FROM raw_answer",
        "UPDATE raw_answer SET status = 500",
        "TRUNCATE raw_answer CASCADE",
        f"DELETE FROM account WHERE id = {district.account}",
    ):
        with pytest.raises((asyncpg.RestrictViolationError, asyncpg.ForeignKeyViolationError)):
            await owner.execute(way)
    assert await owner.fetchval("SELECT status FROM raw_answer WHERE id = $1", kept) == 200


async def test_a_post_does_not_go_while_its_observation_is_not_yet_committed(
    post: int, owner: Any, database_url: str
) -> None:
    other = await asyncpg.connect(**connection_parameters(database_url))
    try:
        async with owner.transaction():
            await owner.execute(INSERT, [post], MOMENT + timedelta(hours=1), None)
            deletion = asyncio.ensure_future(other.execute("DELETE FROM post WHERE id = $1", post))
            await asyncio.wait([deletion], timeout=0.2)
            assert not deletion.done(), "it waits for the recorder"
        with pytest.raises(asyncpg.RestrictViolationError):
            await deletion
    finally:
        await other.close()
    assert await observed(post) == 1


async def test_a_recorder_names_the_post_that_went_meanwhile(
    post: int, district: d.District
) -> None:
    gone = await d.post(district, "gone", organization_id=district.point)
    await d.rows("DELETE FROM post WHERE id = $1", gone)
    given = d.reads(gone, 1, MOMENT)
    assert (given.metric, given.source) == (Metric.READS, Source.PULL)
    with pytest.raises(Exception, match=f"There is no post {gone}"):
        await d.take(d.reads(post, 1, MOMENT), given)
    assert await observed(post) == 0
