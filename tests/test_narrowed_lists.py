"""Lists narrowed by one condition, kept in order beside the rows: whatever is done, they hold what
their views say, also when a roll-up, a move and an edit meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.articles import actions as articles
from domain.categories import actions as categories
from domain.database import connection_parameters
from domain.organizations import actions as organizations
from domain.organizations.models import Organization
from domain.posts import actions as posts
from tests.engagement_district import reads, take
from tests.oracle.effort import examples
from tests.rows import (
    EDITOR,
    NOW,
    World,
    derive,
    make_article,
    make_campaign,
    make_category,
    make_organization,
    make_post,
    make_world,
)

VIEWS = "SELECT relname FROM pg_class WHERE relkind = 'v' AND relname LIKE '%\\_derived'"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(
        **connection_parameters(database), min_size=4, max_size=4
    ) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database: str) -> World:
    return await make_world()


async def _wrong(pool: asyncpg.Pool) -> list[str]:
    """The tables that hold other rows than their views have."""
    wrong = []
    for row in await pool.fetch(VIEWS):
        view = row["relname"]
        kept = view.removesuffix("_derived")
        differs = await pool.fetchval(
            f"SELECT EXISTS ((TABLE {kept} EXCEPT TABLE {view})"
            f" UNION ALL (TABLE {view} EXCEPT TABLE {kept}))"
        )
        if differs:
            wrong.append(kept)
    return wrong


async def _reads_in(pool: asyncpg.Pool, organization_id: int) -> list[tuple[int, int]]:
    found = await pool.fetch(
        "SELECT article_id, reads FROM article_within WHERE organization_id = $1 ORDER BY 1",
        organization_id,
    )
    return [tuple(row) for row in found]


async def test_an_article_stands_in_the_lists_of_all_above_it(pool: asyncpg.Pool) -> None:
    world = await make_world()
    below = await make_organization(world.organization_id)
    article_id = await make_article(world, organization_id=below, tags=["志愿", "文明"])
    post_id = await make_post(world.account_id, article_id=article_id)
    assert await _reads_in(pool, world.organization_id) == [(article_id, -1)]
    await take(reads(post_id, 70, NOW), now=NOW)
    await derive()
    assert await _reads_in(pool, world.organization_id) == [(article_id, 70)]
    assert await _reads_in(pool, below) == [(article_id, 70)]
    elsewhere = await make_organization()
    await organizations.move(EDITOR, below, 1, elsewhere)
    assert await _reads_in(pool, world.organization_id) == []
    assert await _reads_in(pool, elsewhere) == [(article_id, 70)]
    tags = await pool.fetch('SELECT tag, reads FROM article_tag ORDER BY tag COLLATE "C"')
    assert [tuple(row) for row in tags] == [("志愿", 70), ("文明", 70)]
    assert await _wrong(pool) == []


async def _edit(world: World, number: int) -> None:
    article_id = await make_article(world, tags=[f"tag {number}"])
    filed = await make_category("下", await make_category(f"栏目{number}"))
    changes = articles.ArticleChanges(category_id=f"Category:{filed}", tags=["a", "b"])
    await articles.update(EDITOR, article_id, 1, changes)
    await articles.publish(EDITOR, article_id, 2)
    await categories.move(EDITOR, filed, 1, None, 1)


async def _move_article(world: World, number: int) -> None:
    article_id = await make_article(world)
    await make_post(world.account_id, article_id=article_id)
    changes = articles.ArticleChanges(organization_id=await make_organization())
    await articles.update(EDITOR, article_id, 1, changes)


async def _move_organization(world: World, number: int) -> None:
    row = await Organization.get(id=await make_organization(world.organization_id))
    await make_article(world, organization_id=row.id)
    await make_campaign(row.id)
    await organizations.move(EDITOR, row.id, row.version, None)


async def _count(world: World, number: int) -> None:
    post_id = await make_post(world.account_id, article_id=await make_article(world))
    await take(reads(post_id, 10 + number, NOW - timedelta(minutes=number)), now=NOW)
    await derive()


async def _assign(world: World, number: int) -> None:
    post_id = await make_post(world.account_id)
    await posts.assign(EDITOR, post_id, await make_campaign(await make_organization()))


STEPS: list[Callable[[World, int], Awaitable[None]]] = [
    _edit,
    _move_article,
    _move_organization,
    _count,
    _assign,
]


@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=5))
@examples(8, 200)
async def test_whatever_is_done_the_lists_are_what_is_there(
    pool: asyncpg.Pool,
    world: World,
    steps: list[tuple[Callable[[World, int], Awaitable[None]], int]],
) -> None:
    for step, number in steps:
        await step(world, number)
    assert await _wrong(pool) == []


async def test_a_post_that_is_gone_and_one_on_another_platform(
    pool: asyncpg.Pool, world: World
) -> None:
    post_id = await make_post(world.account_id)
    await pool.execute("UPDATE post SET state = 'GONE' WHERE id = $1", post_id)
    await pool.execute("UPDATE account SET platform = 'ZHIHU' WHERE id = $1", world.account_id)
    row = await pool.fetchrow("SELECT * FROM post_listing WHERE post_id = $1", post_id)
    assert (row["state"], row["platform"]) == ("GONE", "ZHIHU")
    await pool.execute("DELETE FROM post WHERE id = $1", post_id)
    assert await _wrong(pool) == []


@pytest.mark.parametrize("turn", range(3))
async def test_tags_that_change_while_reads_do_carry_the_new_reads(
    pool: asyncpg.Pool, world: World, turn: int
) -> None:
    """A roll-up that has written the article's total and is not yet over; an edit of its tags waits
    for it, and finds the reads it wrote."""
    article_id = await make_article(world, tags=["before"])
    change = "UPDATE engagement_total SET value = $1, counted = 1, known = 1, as_of = now()"
    of = " WHERE subject_kind = 'ARTICLE' AND metric = 'READS' AND subject_id = $2"
    async with pool.acquire() as rolling, pool.acquire() as editing:
        transaction = rolling.transaction()
        await transaction.start()
        await rolling.execute(change + of, 500 + turn, article_id)
        edit = asyncio.create_task(
            editing.execute("UPDATE article SET tags = '{after}' WHERE id = $1", article_id)
        )
        await asyncio.sleep(0.1)
        assert not edit.done()
        await transaction.commit()
        await asyncio.wait_for(edit, 5)
    found = await pool.fetch("SELECT tag, reads FROM article_tag WHERE article_id = $1", article_id)
    assert [tuple(row) for row in found] == [("after", 500 + turn)]
    assert await _wrong(pool) == []


async def test_an_article_entered_while_its_organization_moves_is_below_the_new_one(
    pool: asyncpg.Pool, world: World
) -> None:
    below = await make_organization(world.organization_id)
    top = await make_organization()
    insert = (
        "INSERT INTO article (slug, title, summary, body, status, author_id,"
        " organization_id, listed_at, version, created_at, updated_at, tags)"
        " VALUES ('moving', 'x', '', '', 'DRAFT', $1, $2, now(), 1, now(), now(), '{}')"
        " RETURNING id"
    )
    async with pool.acquire() as entering, pool.acquire() as moving:
        transaction = entering.transaction()
        await transaction.start()
        article_id = await entering.fetchval(insert, world.person_id, below)
        move = asyncio.create_task(
            moving.execute("UPDATE organization SET parent_id = $1 WHERE id = $2", top, below)
        )
        await asyncio.sleep(0.1)
        assert not move.done()
        await transaction.commit()
        await asyncio.wait_for(move, 5)
    assert article_id in [id_ for id_, _ in await _reads_in(pool, top)]
    assert await _wrong(pool) == []
