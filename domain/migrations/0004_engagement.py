"""What is derived from observations, and the queue of what is to be derived anew.

engagement_total: one row per subject and metric, there from the subject's first moment.
    value NULL: nothing counted yet. known, counted: posts below it, and those with a value.
    at_least, provisional: how many of those values are bounds, or not final.
    stale_at: the moment from which the value is too old to be called fresh.
    rank: where it stands in a list by value; unknown stands last.
engagement_daily, engagement_hourly: gains, signed; days and hours of the deployment's time zone.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

NOUNS = ("post", "article", "campaign", "account", "partner", "organization")
METRICS = "'READS', 'LIKES', 'COMMENTS', 'SHARES'"
KINDS = ", ".join(f"'{noun.upper()}'" for noun in NOUNS) + ", 'NETWORK'"

TABLES = [
    f"""
    CREATE TABLE engagement_total (
        subject_kind text NOT NULL CHECK (subject_kind IN ({KINDS})),
        subject_id bigint NOT NULL,
        metric text NOT NULL CHECK (metric IN ({METRICS})),
        value bigint,
        as_of timestamptz,
        stale_at timestamptz,
        known integer NOT NULL DEFAULT 0,
        counted integer NOT NULL DEFAULT 0,
        at_least integer NOT NULL DEFAULT 0,
        provisional integer NOT NULL DEFAULT 0,
        rank bigint GENERATED ALWAYS AS (coalesce(value, -1)) STORED,
        PRIMARY KEY (subject_kind, subject_id, metric),
        CONSTRAINT engagement_total_unknown_is_not_zero CHECK ((value IS NULL) = (counted = 0)),
        CONSTRAINT engagement_total_dated CHECK ((value IS NULL) = (as_of IS NULL)),
        CONSTRAINT engagement_total_coverage CHECK (
            counted BETWEEN 0 AND known
            AND at_least BETWEEN 0 AND counted
            AND provisional BETWEEN 0 AND counted
        )
    ) PARTITION BY LIST (subject_kind)
    """,
    """
    CREATE TABLE engagement_daily (
        subject_kind text NOT NULL,
        subject_id bigint NOT NULL,
        metric text NOT NULL,
        day date NOT NULL,
        value bigint NOT NULL,
        PRIMARY KEY (subject_kind, subject_id, metric, day)
    ) PARTITION BY LIST (subject_kind)
    """,
    """
    CREATE TABLE engagement_hourly (
        subject_kind text NOT NULL,
        subject_id bigint NOT NULL,
        metric text NOT NULL,
        hour timestamptz NOT NULL,
        value bigint NOT NULL,
        PRIMARY KEY (subject_kind, subject_id, metric, hour)
    ) PARTITION BY LIST (subject_kind)
    """,
]

PARTITIONS = [
    statement
    for table in ("engagement_total", "engagement_daily", "engagement_hourly")
    for noun in (*NOUNS, "network")
    for statement in (
        f"CREATE TABLE {table}_{noun} PARTITION OF {table} FOR VALUES IN ('{noun.upper()}')",
        f"ALTER TABLE {table}_{noun} ADD FOREIGN KEY (subject_id) REFERENCES {noun} ON DELETE CASCADE"
        if noun != "network"
        else f"ALTER TABLE {table}_{noun} ADD CHECK (subject_id = 0)",
    )
]

INDEXES = [
    "CREATE INDEX engagement_total_rank"
    " ON engagement_total (subject_kind, metric, rank DESC, subject_id DESC)",
    "CREATE INDEX engagement_daily_day"
    " ON engagement_daily (subject_kind, metric, day) INCLUDE (subject_id, value)",
    "CREATE INDEX engagement_hourly_hour"
    " ON engagement_hourly (subject_kind, metric, hour) INCLUDE (subject_id, value)",
    # The same word said twice is one observation. It also serves every read of a post's history.
    "CREATE UNIQUE INDEX observation_once ON observation ("
    "post_id, metric, observed_at, value, value_kind, source, bound, finality, definition,"
    " period_starts_at, period_ends_at) NULLS NOT DISTINCT",
]

DIRTY = [
    f"""
    CREATE TABLE engagement_dirty (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        post_id bigint NOT NULL REFERENCES post ON DELETE CASCADE,
        metric text NOT NULL CHECK (metric IN ({METRICS})),
        since timestamptz
    )
    """,
]

SUBJECTS = [
    """
    CREATE VIEW post_subject (post_id, subject_kind, subject_id) AS
    SELECT id, 'POST', id FROM post
    UNION ALL SELECT id, 'ARTICLE', article_id FROM post WHERE article_id IS NOT NULL
    UNION ALL SELECT id, 'CAMPAIGN', campaign_id FROM post WHERE campaign_id IS NOT NULL
    UNION ALL SELECT id, 'ACCOUNT', account_id FROM post
    UNION ALL SELECT p.id, 'PARTNER', a.partner_id FROM post p JOIN account a ON a.id = p.account_id
    UNION ALL SELECT p.id, 'ORGANIZATION', above.id
        FROM post p JOIN organization o ON o.id = p.organization_id,
        LATERAL unnest(string_to_array(o.path::text, '.')::bigint[]) AS above (id)
    UNION ALL SELECT id, 'NETWORK', 0 FROM post
    """,
    f"""
    CREATE FUNCTION engagement_open() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO engagement_total (subject_kind, subject_id, metric)
        SELECT TG_ARGV[0], added.id, metric
        FROM added, unnest(ARRAY[{METRICS}]) AS metric;
        IF TG_ARGV[0] = 'POST' THEN
            INSERT INTO engagement_dirty (post_id, metric)
            SELECT added.id, metric FROM added, unnest(ARRAY[{METRICS}]) AS metric;
        END IF;
        RETURN NULL;
    END $$
    """,
    *(
        f"CREATE TRIGGER {noun}_engagement AFTER INSERT ON {noun}"
        " REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
        f" EXECUTE FUNCTION engagement_open('{noun.upper()}')"
        for noun in NOUNS
    ),
    "INSERT INTO engagement_total (subject_kind, subject_id, metric)"
    f" SELECT 'NETWORK', 0, metric FROM unnest(ARRAY[{METRICS}]) AS metric",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0003_trees")]

    operations = [ops.RunSQL([*TABLES, *PARTITIONS, *INDEXES, *DIRTY, *SUBJECTS])]
