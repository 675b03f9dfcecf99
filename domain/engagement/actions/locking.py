"""One writer of derived figures at a time."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

# One moment for all that this transaction will have changed, taken while no other can take one.
MOMENT = """
SELECT set_config('xinfeng.believed_from', coalesce(
    nullif(current_setting('xinfeng.believed_from', true), ''), clock_timestamp()::text), true)
"""


async def hold_totals(client: BaseDBAsyncClient) -> None:
    """Wait until nobody else writes derived figures; holds until the transaction ends.

    An action that will call recompute_subjects takes this before it changes any row: the roll-up
    refers to articles and posts while it holds the lock, so that taking the two in the other
    order could make each wait for the other.
    """
    await client.execute_query(
        "SELECT pg_advisory_xact_lock(hashtextextended('engagement', 0)) IS NULL"
    )
    await client.execute_query(MOMENT)
