"""What was planned by a clock that ran ahead waits for that clock's time: it is planned anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

APART = timedelta(minutes=5)
"""How far the clocks of two machines may lie apart."""

LONGEST = timedelta(days=70)
"""No post waits longer for its next question: a platform that never showed it is asked every eighth
week."""

LONGEST_RETRY = timedelta(hours=27)
"""No message waits longer for its next attempt: a day, a tenth more, and a lease."""

POSTS = """
UPDATE post_pull SET next_at = $1::timestamptz, last_at = LEAST(last_at, $1::timestamptz)
WHERE last_at > $1::timestamptz + $2::interval OR next_at > $1::timestamptz + $3::interval
RETURNING post_id
"""
ACCOUNTS = """
UPDATE account_pull
SET paused_until = paused_until - (last_failure_at - $1::timestamptz),
    last_failure_at = $1::timestamptz
WHERE last_failure_at > $1::timestamptz + $2::interval
    AND last_failure_kind NOT IN ('EXPIRED', 'RETIRED')
RETURNING account_id
"""
MESSAGES = """
UPDATE webhook_message SET next_at = $1::timestamptz
WHERE state = 'PENDING' AND (
    created_at > $1::timestamptz + $2::interval AND next_at > $1::timestamptz
    OR next_at > $1::timestamptz + $3::interval
)
RETURNING id
"""


class Mended(NamedTuple):
    """How many were planned anew."""

    posts: int
    accounts: int
    messages: int


async def mend_plans(client: BaseDBAsyncClient, now: datetime) -> Mended:
    """Nothing is asked or told twice: what was done is recorded, only the next time is moved."""
    posts = await client.execute_query_dict(POSTS, [now, APART, LONGEST])
    accounts = await client.execute_query_dict(ACCOUNTS, [now, APART])
    messages = await client.execute_query_dict(MESSAGES, [now, APART, LONGEST_RETRY])
    return Mended(len(posts), len(accounts), len(messages))
