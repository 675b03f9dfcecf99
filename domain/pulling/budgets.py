"""A platform's allowance, kept in the database: reserved before asking, so it fails closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from domain.pulling.rules import BudgetRule, Window, window_of

RESERVE = """
INSERT INTO pull_budget AS known (scope, window_starts_at, used)
SELECT $1, $2, $3::int WHERE $3::int <= $4::int
ON CONFLICT (scope, window_starts_at) DO UPDATE SET used = known.used + excluded.used
WHERE known.used + excluded.used <= $4::int
RETURNING used
"""
GIVE_BACK = "UPDATE pull_budget SET used = used - $3 WHERE scope = $1 AND window_starts_at = $2"
KEPT = timedelta(days=3)


async def reserve(
    rule: BudgetRule, now: datetime, *, is_fresh: bool = True, calls: int = 1
) -> datetime | None:
    """Takes the units of so many calls out of the current window: one that never happens stays
    counted, unless it is given back. is_fresh: whether they are about fresh posts; a share of the
    window is kept for those.

    None: taken. Otherwise nothing was taken, and this is when the next window opens.
    """
    window = window_of(rule, now)
    values = [rule.scope, window.starts_at, rule.cost * calls, rule.units_for(is_fresh)]
    taken = await get_connection("default").execute_query_dict(RESERVE, values)
    return None if taken else window.ends_at


async def give_back(rule: BudgetRule, window: Window, calls: int) -> None:
    """Calls that were taken out of the window, and will not be made."""
    values = [rule.scope, window.starts_at, rule.cost * calls]
    await get_connection("default").execute_query(GIVE_BACK, values)


async def forget_old_budgets(client: BaseDBAsyncClient, now: datetime) -> None:
    """Windows that closed days ago decide nothing."""
    await client.execute_query("DELETE FROM pull_budget WHERE window_starts_at < $1", [now - KEPT])
