"""Allowances: never overdrawn, remembered by the database, and not all a backlog's."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tortoise.connection import get_connection

from domain.access import SYSTEM, Act
from domain.pulling import rules
from domain.pulling.actions.accounts import resume
from domain.pulling.budgets import forget_old_budgets, reserve
from domain.pulling.rules import BudgetRule
from tests.platforms import (
    SandboxProcess,
    make_post,
    seen_ids,
)
from tests.pulling.world import (
    Clock,
    account_state,
    pull_state,
    sql,
    weibo,
)
from workers.pulling import Ended, pull
from workers.tools import Tools


async def test_the_allowance_fails_closed_and_opens_with_the_next_window(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(
        partner_id, seen_ids(130), clock, token="user-1", media=False, calls_per_day=1
    )
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.FAILED, 1)
    next_window = rules.window_of(BudgetRule("any", 1), clock()).ends_at
    state = await account_state(account_id)
    assert state["paused_until"] == next_window
    assert state["last_failure"] == "the allowance of this platform is used up"
    await resume(Act(SYSTEM, clock()), account_id)
    assert (await pull(tools, account_id)).batches == 0, "the database remembers, not the process"
    assert len(sandbox.requests(before)) == 1
    clock.now = next_window
    assert (await pull(tools, account_id)).batches == 1


async def test_a_backlog_never_starves_fresh_posts(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    names = seen_ids(1200)
    account_id, _ = await weibo(
        partner_id, names[:1], clock, token="user-1", media=False, calls_per_day=10
    )
    for age, name in enumerate(names[1:1100]):
        await make_post(account_id, name, clock() - timedelta(days=10, minutes=age))
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.NOTHING_DUE, 8), "eight of ten calls"
    opens_at = rules.window_of(BudgetRule("any", 1), clock()).ends_at
    waiting = await sql(
        "SELECT count(*) FROM post_pull WHERE account_id = $1 AND next_at = $2",
        account_id,
        opens_at,
    )
    assert waiting == [{"count": 300}]
    fresh = await make_post(account_id, names[1100], clock())
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).batches == 1
    (request,) = sandbox.requests(before)
    assert dict(request["query"])["ids"] == names[1100]
    assert (await pull_state(fresh))["last_at"] == clock()
    clock.now = opens_at
    assert (await pull(tools, account_id)).batches == 4, "what waited, and what is fresh"
    left = await sql(
        "SELECT count(*) FROM post_pull WHERE account_id = $1 AND last_at IS NULL", account_id
    )
    assert left == [{"count": 0}]


async def test_an_allowance_is_never_overdrawn(tools: Tools, clock: Clock) -> None:
    rule = BudgetRule("test:allowance", 12, 3600, reserve=2)
    opens_at = rules.window_of(rule, clock()).ends_at
    assert await reserve(rule._replace(cost=11), clock()) == opens_at
    assert await reserve(rule._replace(cost=7), clock()) is None
    assert await reserve(rule._replace(cost=4), clock()) == opens_at
    assert await reserve(rule._replace(cost=3), clock()) is None
    used = await sql("SELECT used FROM pull_budget WHERE scope = 'test:allowance'")
    assert used == [{"used": 10}]
    await forget_old_budgets(get_connection("default"), clock() + timedelta(days=4))
    assert await sql("SELECT used FROM pull_budget") == []


@pytest.mark.parametrize(
    ("now", "starts_at", "ends_at"),
    [
        ("2026-03-01T07:59:00+00:00", "2026-02-28T08:00:00+00:00", "2026-03-01T08:00:00+00:00"),
        ("2026-03-01T08:00:00+00:00", "2026-03-01T08:00:00+00:00", "2026-03-02T08:00:00+00:00"),
        ("2026-03-08T12:00:00+00:00", "2026-03-08T08:00:00+00:00", "2026-03-09T07:00:00+00:00"),
    ],
)
def test_a_days_allowance_begins_at_midnight_where_it_is_granted(
    now: str, starts_at: str, ends_at: str
) -> None:
    rule = BudgetRule("youtube", 10_000, zone=ZoneInfo("America/Los_Angeles"))
    window = rules.window_of(rule, datetime.fromisoformat(now))
    assert (window.starts_at.isoformat(), window.ends_at.isoformat()) == (starts_at, ends_at)
