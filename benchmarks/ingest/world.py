"""What is taken in: accounts with posts that the sandbox knows, in a database of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from commands.fresh_database import create
from domain.database import connection_parameters
from domain.secrets import SecretBox
from sandbox.main import DATA
from sandbox.topics import hour_number, load

NAME = "xinfeng_bench_ingest"
HOUR = "2025-10-03T08"
KEY = "a-key-for-the-benchmark"
COUNTERS = 3
TOKEN = "media-bench"

# Each account has the topics in an order of its own, so that answers that come at one time differ.
FILL = """
WITH home AS (
    INSERT INTO organization (kind, name, path, version, created_at)
    VALUES ('CENTRE', 'bench', '', 1, now()) RETURNING id
), bearer AS (
    INSERT INTO partner (kind, name, organization_id, version, created_at)
    SELECT 'BLOGGER', 'bench', id, 1, now() FROM home RETURNING id, organization_id
), made AS (
    INSERT INTO account (partner_id, platform, external_id, handle, base_url, credential, options,
        version, created_at)
    SELECT bearer.id, 'WEIBO', 'bench-' || n, 'bench-' || n, '', $1, '{"media": true}', 1, now()
    FROM bearer, generate_series(1, $2::int) n RETURNING id
), posted AS (
    INSERT INTO post (account_id, external_id, url, title, state, posted_at, created_at,
        organization_id)
    SELECT made.id, topic, '', '', 'LIVE', $4, now(), bearer.organization_id
    FROM made, bearer, unnest($3::text[]) WITH ORDINALITY AS carried (topic, place)
    ORDER BY made.id, (place + 37 * made.id) % cardinality($3::text[])
    RETURNING id, account_id
)
INSERT INTO post_pull (post_id, account_id, next_at, missed)
SELECT id, account_id, now(), 0 FROM posted
"""


def topics(count: int) -> list[str]:
    """Topics of the data set that have all their counters at the hour."""
    number = hour_number(HOUR)
    known = load(DATA).by_id.items()
    found = (str(key) for key, topic in known if len(topic.at(number) or {}) == COUNTERS)
    return sorted(found)[:count]


async def make(server_url: str, accounts: int, posts: int) -> str:
    """Address of a new database with so many media accounts, each with so many posts due."""
    url = await create(server_url, NAME)
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        posted_at = datetime.now(UTC) - timedelta(hours=1)
        sealed = SecretBox((KEY,)).seal(TOKEN)
        await connection.execute(FILL, sealed, accounts, topics(posts), posted_at)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return url


async def again(url: str, accounts: int) -> None:
    """The posts of so many accounts are due again, as if none had ever been asked about."""
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        await connection.execute("TRUNCATE account_pull, pull_budget, engagement_dirty")
        await connection.execute(
            "UPDATE post_pull SET last_at = NULL, last_sum = NULL, quiet = 0, next_at = CASE"
            " WHEN account_id IN (SELECT id FROM account ORDER BY id LIMIT $1) THEN now()"
            " ELSE now() + interval '1 day' END",
            accounts,
        )
        await connection.execute("VACUUM ANALYZE post_pull")
    finally:
        await connection.close()
