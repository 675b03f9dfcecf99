"""A database of a given size for tests that look at plans: the benchmark's rows, and the nouns it
has none of."""

from __future__ import annotations

import asyncpg

from benchmarks.recipe import KEPT, steps
from domain.database import connection_parameters

CAMPAIGNS = """
INSERT INTO campaign (id, title, summary, organization_id, starts_at, ends_at, version, created_at)
SELECT i, '活动' || i, '', 1 + i % 250, '2024-01-01 00:00Z'::timestamptz + i * interval '2 hours',
    '2024-01-11 00:00Z'::timestamptz + i * interval '2 hours', 1, '2024-01-01 00:00Z'
FROM generate_series(1, {campaigns}) i;
UPDATE post SET campaign_id = 1 + id % {campaigns} WHERE id % 3 = 0;
INSERT INTO engagement_total (subject_kind, subject_id, metric)
SELECT 'CAMPAIGN', id, metric
FROM campaign, unnest(ARRAY['COMMENTS', 'LIKES', 'READS', 'SHARES']) AS metric
"""

TEAMS = """
INSERT INTO team (id, parent_id, organization_id, kind, name, path, version, created_at)
SELECT i, CASE WHEN i > 12 THEN 1 + i % 12 END, 1 + i % 731,
    (ARRAY['GROUP', 'SQUAD', 'SQUADRON'])[1 + i % 3], '队伍' || i,
    (CASE WHEN i > 12 THEN 1 + i % 12 || '.' ELSE '' END || i)::ltree, 1, '2024-01-01 00:00Z'
FROM generate_series(1, {teams}) i
"""

WEBHOOKS = """
INSERT INTO webhook_endpoint (id, url, description, events, secret, disabled_why, created_at)
VALUES (1, 'https://told.example/', '', ARRAY['ARTICLE_PUBLISHED'], '', '', '2024-01-01 00:00Z');
INSERT INTO webhook_message (endpoint_id, event_type, data, state, attempts, next_at, last_error,
    created_at)
SELECT 1, 'ARTICLE_PUBLISHED', '{{}}', (ARRAY['DELIVERED', 'DEAD', 'PENDING'])[1 + i % 3], 1,
    '2025-01-01 00:00Z', '', '2025-01-01 00:00Z'
FROM generate_series(1, {deliveries}) i
"""

DELIVERIES = """
INSERT INTO delivery (partner_id, webhook_id, payload_sha256, received_at, rejected)
SELECT CASE WHEN i % 2 = 0 THEN 1 ELSE 1 + i % 200 END, 'push-' || i, sha256(i::text::bytea),
    '2025-01-01 00:00Z'::timestamptz + i * interval '5 minutes',
    CASE WHEN i % 3 = 0 THEN '[{{}}]' ELSE '[]' END::jsonb
FROM generate_series(1, {deliveries}) i
"""

ENTRIES = """
INSERT INTO audit_entry (at, actor_id, actor, action, subject, request_id)
SELECT '2025-01-01 00:00Z'::timestamptz + i * interval '5 minutes',
    CASE WHEN i % 2 = 0 THEN 'Token:' || i % 20 ELSE '' END, 'editor ' || i % 20,
    (ARRAY['article.publish', 'article.update', 'post.register'])[1 + i % 3],
    'Article:' || i % 1000, CASE WHEN i % 2 = 0 THEN 'request-' || i / 3 ELSE '' END
FROM generate_series(1, {entries}) i;
INSERT INTO audit_link (position, entry_id, previous, hash)
SELECT id, id, sha256(''), sha256('') FROM audit_entry
"""

LAST = (
    "TRUNCATE list_size, article_listing, article_within, article_in_category, article_tag,"
    " post_listing, post_within",
    *KEPT,
    "VACUUM (ANALYZE)",
)


async def make_sized(url: str, articles: int) -> None:
    """Fills a migrated, empty database: the articles, three posts each, sixty daily rows each."""
    places = {
        "campaigns": articles // 5,
        "teams": articles // 5,
        "deliveries": articles // 2,
        "entries": articles,
    }
    nouns = (CAMPAIGNS, TEAMS, DELIVERIES, WEBHOOKS, ENTRIES)
    extra = [sql.format(**places) for sql in nouns]
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        await connection.execute("SET session_replication_role = replica")
        for statement in [*(step.sql for step in steps(articles)), *extra, *LAST]:
            await connection.execute(statement)
    finally:
        await connection.close()
