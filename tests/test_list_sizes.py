"""How long a list is, kept beside the rows: right in every transaction, for every viewer, however
many write at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.access import ANONYMOUS
from domain.articles import actions as articles
from domain.articles.access import visible as sees_article
from domain.database import connection_parameters
from domain.deliveries.access import visible as sees_delivery
from domain.posts.access import visible as sees_post
from tests.oracle.effort import examples
from tests.rows import EDITOR, World, make_article, make_campaign, make_post, make_world

DIFFERENT = """
SELECT list, parent FROM (
    SELECT list, parent, everything, public FROM list_size
    UNION ALL SELECT list, parent, -everything, -public FROM list_size_counted
) kept GROUP BY list, parent HAVING sum(everything) <> 0 OR sum(public) <> 0
"""
SIZE = (
    "SELECT sum(everything), sum(public), count(*) FROM list_size WHERE list = $1 AND parent = $2"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(
        **connection_parameters(database), min_size=8, max_size=8
    ) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database: str) -> World:
    return await make_world()


async def _size(pool: asyncpg.Pool, list_: str, parent: int = 0) -> tuple[int, int]:
    row = await pool.fetchrow(SIZE, list_, parent)
    return row[0] or 0, row[1] or 0


async def test_an_article_counts_for_all_when_it_is_published(
    pool: asyncpg.Pool, world: World
) -> None:
    everything, public = await _size(pool, "article")
    id_ = await make_article(world)
    post_id = await make_post(world.account_id, article_id=id_)
    assert await _size(pool, "article") == (everything + 1, public)
    assert await _size(pool, "post.article_id", id_) == (1, 0)
    await articles.publish(EDITOR, id_, 1)
    assert await _size(pool, "article") == (everything + 1, public + 1)
    assert await _size(pool, "post.article_id", id_) == (1, 1)
    await articles.withdraw(EDITOR, id_, 2)
    assert await _size(pool, "article.author_id", world.person_id) == (everything + 1, public)
    assert await _size(pool, "post.article_id", id_) == (1, 0)
    await pool.execute("DELETE FROM post WHERE id = $1", post_id)
    assert await _size(pool, "post.article_id", id_) == (0, 0)
    assert await pool.fetch(DIFFERENT) == []


async def test_a_row_that_moves_leaves_one_list_for_the_other(
    pool: asyncpg.Pool, world: World
) -> None:
    first, second = [await make_campaign(world.organization_id) for _ in range(2)]
    post_id = await make_post(world.account_id, campaign_id=first)
    assert await _size(pool, "post.campaign_id", first) == (1, 1)
    await pool.execute("UPDATE post SET campaign_id = $1 WHERE id = $2", second, post_id)
    assert await _size(pool, "post.campaign_id", first) == (0, 0)
    assert await _size(pool, "post.campaign_id", second) == (1, 1)
    assert await pool.fetch(DIFFERENT) == []


async def _write(pool: asyncpg.Pool, world: World, writer: int, *, often: int) -> None:
    """Adds, changes and takes away, some of it in transactions that come to nothing."""
    insert = (
        "INSERT INTO post (account_id, external_id, organization_id, posted_at, created_at,"
        " url, title, state)"
        " SELECT $1, $2 || n, $3, now(), now(), '', '', 'LIVE' FROM generate_series(1, 3) n"
    )
    async with pool.acquire() as connection:
        for turn in range(often):
            change = connection.transaction()
            await change.start()
            name = f"w{writer}-{turn}-"
            await connection.execute(insert, world.account_id, name, world.organization_id)
            await connection.execute("DELETE FROM post WHERE external_id = $1", f"{name}1")
            await (change.rollback() if turn % 3 == 0 else change.commit())


async def test_many_writers_at_once_wait_for_nobody_and_lose_nothing(
    pool: asyncpg.Pool, world: World
) -> None:
    """240 transactions by eight writers; meanwhile a reader finds every snapshot right."""
    before, _ = await _size(pool, "post")
    writers = asyncio.gather(*(_write(pool, world, writer, often=30) for writer in range(7)))
    while not writers.done():
        assert await pool.fetch(DIFFERENT) == []
        await asyncio.sleep(0.01)
    await writers
    assert await _size(pool, "post") == (before + 7 * 20 * 2, before + 7 * 20 * 2)
    assert await pool.fetch(DIFFERENT) == []
    row = await pool.fetchrow(SIZE, "post", 0)
    assert row[2] <= 64 + 8, "the summands of a busy list are gathered"


async def test_a_transaction_left_open_keeps_nobody_waiting(
    pool: asyncpg.Pool, world: World
) -> None:
    async with pool.acquire() as slow, pool.acquire() as quick:
        change = slow.transaction()
        await change.start()
        insert = (
            "INSERT INTO post (account_id, external_id, organization_id, posted_at, created_at,"
            " url, title, state)"
            " VALUES ($1, $2, $3, now(), now(), '', '', 'LIVE')"
        )
        await slow.execute(insert, world.account_id, "slow", world.organization_id)
        for number in range(100):
            name = f"quick-{number}"
            given = (world.account_id, name, world.organization_id)
            await quick.execute(insert, *given, timeout=5)
        await change.commit()
    assert await pool.fetch(DIFFERENT) == []


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "publish", "withdraw", "post", "take"]), st.integers(0, 5)
        ),
        max_size=12,
    )
)
@examples(15, 300)
async def test_whatever_is_done_the_sizes_are_what_is_there(
    pool: asyncpg.Pool, world: World, steps: list[tuple[str, int]]
) -> None:
    for step, number in steps:
        await _do(pool, world, step, number)
        assert await pool.fetch(DIFFERENT) == []


async def _do(pool: asyncpg.Pool, world: World, step: str, number: int) -> None:
    found = await pool.fetch("SELECT id, version, status FROM article ORDER BY id DESC LIMIT 6")
    if step == "add" or not found:
        await make_article(world)
        return
    id_, version, status = found[number % len(found)]
    if step == "publish" and status != "PUBLISHED":
        await articles.publish(EDITOR, id_, version)
    elif step == "withdraw" and status == "PUBLISHED":
        await articles.withdraw(EDITOR, id_, version)
    elif step == "post":
        await make_post(world.account_id, article_id=id_)
    elif step == "take":
        await pool.execute("DELETE FROM post WHERE article_id = $1", id_)


SEES = {"article": sees_article, "delivery": sees_delivery, "post": sees_post}


@pytest.mark.parametrize("table", SEES)
async def test_public_is_what_everybody_may_see(
    pool: asyncpg.Pool, world: World, table: str
) -> None:
    """The migration says in SQL once more what access.py says: the two are one."""
    await pool.execute(
        "INSERT INTO delivery (partner_id, webhook_id, payload_sha256, received_at, rejected)"
        " SELECT $1, 'push-' || gen_random_uuid(), sha256(''), now(), '[]'",
        world.partner_id,
    )
    published = await make_article(world)
    await articles.publish(EDITOR, published, 1)
    for article_id in (published, await make_article(world)):
        await make_post(world.account_id, article_id=article_id)
    predicate = SEES[table](ANONYMOUS)
    assert predicate.values == ()
    seen = f"SELECT count(*) FROM {table} x WHERE {predicate.sql.format(row='x')}"
    assert (await _size(pool, table))[1] == await pool.fetchval(seen)


async def test_many_rows_at_once_are_counted_in_one_go(pool: asyncpg.Pool) -> None:
    count = 20_000
    await pool.execute(
        "INSERT INTO team (kind, name, path, version, created_at)"
        " SELECT 'GROUP', 'team', '1', 1, now() FROM generate_series(1, $1)",
        count,
    )
    assert await _size(pool, "team") == (count, count)
    summands = await pool.fetchval("SELECT count(*) FROM list_size WHERE list = 'team'")
    assert summands == 1
    assert await pool.fetch(DIFFERENT) == []
