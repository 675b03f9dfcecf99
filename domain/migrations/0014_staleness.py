"""How many posts of a subject have a value that is too old, now and at a past moment.

What must look at posts one by one looks at the newest ten thousand of a subject, and finds them by
their index: of an organization the view post_subject would walk all posts there are.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

NEWEST = """
    CREATE FUNCTION newest_posts(kind text, subject bigint, most bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE AS $$
        SELECT subject WHERE kind = 'POST'
        UNION ALL (SELECT id FROM post WHERE kind = 'ARTICLE' AND article_id = subject
            ORDER BY posted_at DESC, id DESC LIMIT most)
        UNION ALL (SELECT id FROM post WHERE kind = 'CAMPAIGN' AND campaign_id = subject
            ORDER BY posted_at DESC, id DESC LIMIT most)
        UNION ALL (SELECT id FROM post WHERE kind = 'ACCOUNT' AND account_id = subject
            ORDER BY posted_at DESC, id DESC LIMIT most)
        UNION ALL (SELECT id FROM post WHERE kind = 'PARTNER' AND account_id = ANY (ARRAY(
                SELECT id FROM account WHERE partner_id = subject))
            ORDER BY posted_at DESC, id DESC LIMIT most)
        UNION ALL (SELECT id FROM post WHERE kind = 'ORGANIZATION' AND organization_id = ANY (ARRAY(
                SELECT below.id FROM organization own JOIN organization below
                    ON below.path <@ own.path WHERE own.id = subject))
            ORDER BY posted_at DESC, id DESC LIMIT most)
        UNION ALL (SELECT id FROM post WHERE kind = 'NETWORK'
            ORDER BY posted_at DESC, id DESC LIMIT most)
    $$
"""

# Each post by its index: the view joined as a whole would walk all posts.
AMONG_NEWEST = """
    newest_posts(kind, id, 10000) AS newest (post_id)
    CROSS JOIN LATERAL (
        SELECT * FROM post_subject s WHERE s.post_id = newest.post_id
            AND s.subject_kind = kind AND s.subject_id = id
        OFFSET 0
    ) AS s
"""
ADDED = """
    (kind = 'POST' OR p.addition = 'ALWAYS'
        OR (p.addition = 'UNLESS_ORIGINAL' AND s.original_id IS NULL))
"""
ARGUMENTS = "kind text, id bigint, of_metric text, moment timestamptz"
STALE = f"""
    CREATE FUNCTION engagement_stale({ARGUMENTS})
    RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT count(*) FROM {AMONG_NEWEST}
        JOIN engagement_total p
            ON p.subject_kind = 'POST' AND p.subject_id = s.post_id AND p.metric = of_metric
        WHERE p.stale_at < moment AND {ADDED}
    $$
"""
STALE_THEN = f"""
    CREATE FUNCTION engagement_stale_then({ARGUMENTS})
    RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT count(*) FROM {AMONG_NEWEST}
        CROSS JOIN LATERAL (
            SELECT h.stale_at, h.addition FROM engagement_total_history h
            WHERE h.subject_kind = 'POST' AND h.subject_id = s.post_id AND h.metric = of_metric
              AND h.believed_from <= moment
            ORDER BY h.believed_from DESC LIMIT 1
        ) p
        WHERE p.stale_at < moment AND {ADDED}
    $$
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0013_history")]

    operations = [ops.RunSQL([NEWEST, STALE, STALE_THEN])]
