"""The jobs around pulling: what is queued, what is rescued, what is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import pytest_asyncio
from tortoise.connection import get_connection

from domain.pulling.budgets import reserve
from domain.pulling.rules import BudgetRule
from tests.outgoing import LOOPBACK
from tests.platforms import BOX, make_account, make_partner, make_post
from workers.http import open_session
from workers.jobs import Jobs
from workers.platforms import ADAPTERS
from workers.queue import connector
from workers.tools import Tools

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="module")
async def jobs(database: str) -> AsyncIterator[Jobs]:
    async with open_session(1.0, LOOPBACK) as session:
        tools = Tools(
            session=session,
            box=BOX,
            zone=ZoneInfo("Asia/Shanghai"),
            pull_interval_seconds=300,
            platform_urls={},
            adapters=ADAPTERS,
            clock=lambda: NOW,
        )
        made = Jobs(connector(database), tools)
        async with made.app.open_async():
            await change(made, "DELETE FROM procrastinate_jobs")
            yield made


async def sql(statement: str, *values: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))


async def change(jobs: Jobs, statement: LiteralString, **values: Any) -> None:
    """Through the queue's own connection, which knows its types."""
    await jobs.app.connector.execute_query_async(statement, **values)


async def queued() -> list[tuple[str, str | None, str]]:
    rows = await sql(
        "SELECT task_name, lock, status::text FROM jobs.procrastinate_jobs ORDER BY id"
    )
    return [(row["task_name"], row["lock"], row["status"]) for row in rows]


async def defer(jobs: Jobs, account_id: int) -> None:
    lock = f"account:{account_id}"
    task = jobs.app.configure_task("pull_account", lock=lock, queueing_lock=lock)
    await task.defer_async(account_id=account_id)


async def test_an_account_is_queued_once_until_its_pull_is_over(jobs: Jobs) -> None:
    partner_id = await make_partner(NOW)
    due = [await make_account(partner_id, name, NOW) for name in "ab"]
    idle = await make_account(partner_id, "c", NOW)
    for account_id in due:
        await make_post(account_id, "5", NOW - timedelta(hours=1))
    locks = [f"account:{account_id}" for account_id in due]
    expected = [("pull_account", lock, "todo") for lock in locks]
    await jobs.plan_due(0)
    assert await queued() == expected
    assert idle not in due
    await change(
        jobs, "UPDATE procrastinate_jobs SET status = 'doing' WHERE lock = %(lock)s", lock=locks[0]
    )
    await jobs.plan_due(0)
    assert await queued() == [("pull_account", locks[0], "doing"), expected[1]]


async def test_what_a_dead_worker_left_is_queued_anew(jobs: Jobs) -> None:
    await defer(jobs, 1)
    await change(jobs, "UPDATE procrastinate_jobs SET status = 'doing'")
    await jobs.rescue(0)
    assert await queued() == [("pull_account", "account:1", "todo")]


async def test_what_waits_in_the_queue_already_is_not_queued_twice(jobs: Jobs) -> None:
    await defer(jobs, 1)
    await change(jobs, "UPDATE procrastinate_jobs SET status = 'doing'")
    await defer(jobs, 1)
    await jobs.rescue(0)
    assert await queued() == [("pull_account", "account:1", "todo")]


async def test_what_a_living_worker_does_is_left_alone(jobs: Jobs) -> None:
    worker_id = await jobs.app.job_manager.register_worker()
    await defer(jobs, 1)
    await change(
        jobs,
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %(worker_id)s",
        worker_id=worker_id,
    )
    await jobs.rescue(0)
    assert await queued() == [("pull_account", "account:1", "doing")]
    await change(
        jobs, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '11 seconds'"
    )
    await jobs.rescue(0)
    assert await queued() == [("pull_account", "account:1", "todo")]


async def test_old_failures_and_allowances_are_forgotten(jobs: Jobs) -> None:
    for account_id in (1, 2, 3):
        await defer(jobs, account_id)
    await change(jobs, "UPDATE procrastinate_jobs SET status = 'doing' WHERE lock <> 'account:3'")
    await change(jobs, "UPDATE procrastinate_jobs SET status = 'failed' WHERE lock <> 'account:3'")
    await change(
        jobs,
        "UPDATE procrastinate_events SET at = at - interval '73 hours' WHERE job_id ="
        " (SELECT id FROM procrastinate_jobs WHERE lock = 'account:1')",
    )
    for days in (0, 4):
        await reserve(BudgetRule("test", 10, 3600), NOW - timedelta(days=days))
    await jobs.tidy(0)
    assert await queued() == [
        ("pull_account", "account:2", "failed"),
        ("pull_account", "account:3", "todo"),
    ]
    assert await sql("SELECT window_starts_at FROM pull_budget") == [{"window_starts_at": NOW}]


async def test_a_roll_up_is_queued_once(jobs: Jobs) -> None:
    await jobs._queue_roll_up()
    await jobs._queue_roll_up()
    assert await queued() == [("roll_up", None, "todo")]
    await jobs.roll_up()
    assert await sql("SELECT * FROM engagement_dirty") == []
