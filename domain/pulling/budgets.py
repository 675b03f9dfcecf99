"""A platform's allowance, kept in the database: reserved before asking, so it fails closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.pulling.rules import BudgetRule, window_of

RESERVE = """
INSERT INTO pull_budget AS known (scope, window_starts_at, used)
SELECT $1, $2, $3::int WHERE $3::int <= $4::int
ON CONFLICT (scope, window_starts_at) DO UPDATE SET used = known.used + excluded.used
WHERE known.used + excluded.used <= $4::int
RETURNING used
"""
KEPT = timedelta(days=3)


async def reserve(rule: BudgetRule, now: datetime, *, is_fresh: bool = True) -> datetime | None:
    """Takes one call's units of the current window, for good: a call that never happens stays
    counted. is_fresh: whether it is about a fresh post; a share of the window is kept for those.

    None: taken. Otherwise nothing was taken, and this is when the next window opens.
    """
    window = window_of(rule, now)
    async with transaction() as client:
        values = [rule.scope, window.starts_at, rule.cost, rule.units_for(is_fresh)]
        if await client.execute_query_dict(RESERVE, values):
            return None
    return window.ends_at


async def forget_old_budgets(client: BaseDBAsyncClient, now: datetime) -> None:
    """Windows that closed days ago decide nothing."""
    await client.execute_query("DELETE FROM pull_budget WHERE window_starts_at < $1", [now - KEPT])
