"""What is to be asked now: accounts that are due, and their posts, newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.partners.rules import Platform

ACCOUNTS = """
SELECT a.id
FROM account a
LEFT JOIN account_pull s ON s.account_id = a.id
CROSS JOIN LATERAL (
    SELECT p.next_at FROM post_pull p
    WHERE p.account_id = a.id AND p.next_at <= $1 ORDER BY p.next_at LIMIT 1
) due
WHERE a.platform = ANY($2::text[]) AND (s.paused_until IS NULL OR s.paused_until <= $1)
ORDER BY due.next_at, a.id
LIMIT $3
"""

MAY_ASK = """
SELECT NOT EXISTS (
    SELECT FROM account_pull WHERE account_id = $1 AND paused_until > $2
) AS may
"""

# What is due comes first, by its index: LIMIT tempts PostgreSQL to walk all posts by date instead,
# until it has met enough of this account's.
POSTS = """
WITH due AS MATERIALIZED (
    SELECT * FROM post_pull WHERE account_id = $1 AND next_at <= $2
)
SELECT p.id, p.external_id, p.posted_at, p.url, d.missed, d.last_at AS seen_at,
    d.quiet, d.last_sum, d.deferrals
FROM due d
JOIN LATERAL (SELECT * FROM post WHERE id = d.post_id AND state = 'LIVE' OFFSET 0) AS p ON TRUE
ORDER BY p.posted_at DESC, p.id DESC
LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class DuePost:
    """A post to ask about. seen_at: the last answer that held it; the rest: see PostPull."""

    id: int
    external_id: str
    posted_at: datetime
    url: str
    missed: int
    seen_at: datetime | None
    quiet: int = 0
    last_sum: int | None = None
    deferrals: int = 0


async def due_accounts(
    client: BaseDBAsyncClient, now: datetime, platforms: Collection[Platform], limit: int
) -> list[int]:
    """Accounts of these platforms with a post that is due and no pause, those that wait longest
    first."""
    names = sorted(platform.value for platform in platforms)
    rows = await client.execute_query_dict(ACCOUNTS, [now, names, limit])
    return [row["id"] for row in rows]


async def may_ask(client: BaseDBAsyncClient, account_id: int, now: datetime) -> bool:
    """Whether the account's circuit is closed."""
    rows: list[dict[str, Any]] = await client.execute_query_dict(MAY_ASK, [account_id, now])
    return bool(rows[0]["may"])


async def due_posts(
    client: BaseDBAsyncClient, account_id: int, now: datetime, limit: int
) -> list[DuePost]:
    """The account's posts that are due, newest first: backfill never starves fresh data."""
    rows = await client.execute_query_dict(POSTS, [account_id, now, limit])
    return [DuePost(**row) for row in rows]
