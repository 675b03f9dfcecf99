"""What the tests of pulling share: a clock, accounts with posts, and looks into the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from domain.engagement.actions.rollup import roll_up_all
from tests.platforms import HOUR, counters, make_account, make_post

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
INTERVAL = 300.0
LATER = "2025-10-03T20"


class Clock:
    """A clock that stands still until it is turned. Each test has an hour of its own."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


_accounts = iter(range(1, 1000))


async def weibo(partner_id: int, ids: list[str], clock: Clock, **options: Any) -> tuple[int, Any]:
    """A media account with these posts, an hour old; the account's id and its posts' ids."""
    given = {"token": "media-1", "media": True, **options}
    account_id = await make_account(partner_id, f"u{next(_accounts)}", clock(), **given)
    posted_at = clock() - timedelta(hours=1)
    return account_id, {name: await make_post(account_id, name, posted_at) for name in ids}


async def sql(statement: str, *values: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))


async def values_of(post_id: int) -> dict[str, int]:
    """The post's known totals."""
    await roll_up_all(zone=SHANGHAI)
    rows = await sql(
        "SELECT metric, value FROM engagement_total WHERE subject_kind = 'POST'"
        " AND subject_id = $1 AND value IS NOT NULL",
        post_id,
    )
    return {row["metric"]: row["value"] for row in rows}


async def account_state(account_id: int) -> dict[str, Any]:
    return (await sql("SELECT * FROM account_pull WHERE account_id = $1", account_id))[0]


async def pull_state(post_id: int) -> dict[str, Any]:
    return (await sql("SELECT * FROM post_pull WHERE post_id = $1", post_id))[0]


async def observed(account_id: int) -> int:
    rows = await sql(
        "SELECT count(*) FROM observation o JOIN post p ON p.id = o.post_id"
        " WHERE p.account_id = $1",
        account_id,
    )
    return int(rows[0]["count"])


def expected(external_id: str, hour: str = HOUR) -> dict[str, int]:
    known = counters(external_id, hour)
    return {
        "READS": known["reads"],
        "COMMENTS": known["discussions"],
        "SHARES": known["original_posts"],
    }
