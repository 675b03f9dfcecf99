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
from workers.allowance import Allowance
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


async def test_calls_are_taken_ahead_and_what_is_not_needed_is_given_back(clock: Clock) -> None:
    rule = BudgetRule("test:ahead", 100, 3600)

    async def used() -> int:
        rows = await sql("SELECT used FROM pull_budget WHERE scope = 'test:ahead'")
        return int(rows[0]["used"])

    allowance = Allowance()
    for _ in range(3):
        assert await allowance.take(rule, clock(), is_fresh=True, expected=9) is None
    assert await used() == 5, "a twentieth of the window's calls, no more"
    assert await allowance.take(rule, clock(), is_fresh=False, expected=2) is None
    assert await used() == 5, "what was taken for fresh posts went back first"
    await allowance.give_back()
    await allowance.give_back()
    assert await used() == 4
    assert await reserve(rule, clock(), calls=95) is None
    assert await allowance.take(rule, clock(), is_fresh=True, expected=9) is None, "one is left"
    opens_at = rules.window_of(rule, clock()).ends_at
    assert await allowance.take(rule, clock(), is_fresh=True, expected=9) == opens_at


async def test_calls_that_are_held_are_not_made_in_the_next_window(clock: Clock) -> None:
    rule = BudgetRule("test:windows", 100, 3600)
    allowance = Allowance()
    assert await allowance.take(rule, clock(), is_fresh=True, expected=5) is None
    clock.turn(3600)
    assert await allowance.take(rule, clock(), is_fresh=True, expected=1) is None
    rows = await sql(
        "SELECT used FROM pull_budget WHERE scope = 'test:windows' ORDER BY window_starts_at"
    )
    assert [row["used"] for row in rows] == [1, 1]


async def test_a_pull_leaves_counted_what_it_asked(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(
        partner_id, seen_ids(350), clock, token="user-1", media=False, calls_per_day=100
    )
    before = len(sandbox.requests())
    sandbox.fault("status:503", after=2)
    pulled = await pull(tools, account_id)
    asked = len(sandbox.requests(before))
    assert pulled.ended is Ended.FAILED
    scope = f"weibo:account:{account_id}"
    assert await sql("SELECT used FROM pull_budget WHERE scope = $1", scope) == [{"used": asked}]


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
