"""What is derived from observations, and the queue of what is to be derived anew.

engagement_total: one row per subject and metric, there from the subject's first moment.
    value NULL: nothing counted yet. known, counted: posts below it, and those with a value.
    at_least, provisional: how many of those values are bounds, or not final.
    stale_at: the moment from which the value is too old to be called fresh.
    rank: where it stands in a list by value; unknown stands last.
    Of a post: people (1 where it counts people), definition (the code that leads), breaks (how often
    that changed) and addition (whether it is added to what stands above). Above posts, people and
    reposts: posts that have a value which is not added, by the reason.
engagement_daily, engagement_hourly: gains, signed; days and hours of the deployment's time zone.
    addition: of a post's rows.
engagement_dirty: marks. One says what changed since when, and refers to nothing: a reference cost a
    look at its post, which the observation it is committed with had just had. A mark whose post is
    gone asks for nothing. marked_at: how far the totals are behind. delivery_id: so that the roll-up
    can say whose totals it derived.
post_subject: what each post counts for. original_id, where the post repeats another that counts for
    the same subject: people are not added up, nor reposts whose original stands in the same sum.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from domain.engagement.rules import Basis, Metric, Population
from domain.partners.rules import Platform
from domain.tables import CreateTables, told

NOUNS = ("post", "article", "campaign", "account", "partner", "organization")
METRICS = "'READS', 'LIKES', 'COMMENTS', 'SHARES'"
KINDS = ", ".join(f"'{noun.upper()}'" for noun in NOUNS) + ", 'NETWORK'"
ADDITION = "text NOT NULL DEFAULT 'ALWAYS' CHECK (addition IN ('ALWAYS', 'UNLESS_ORIGINAL', 'NEVER'))"
BUCKETS = {"daily": "day date", "hourly": "hour timestamptz"}

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
        people integer NOT NULL DEFAULT 0,
        reposts integer NOT NULL DEFAULT 0,
        definition text,
        breaks integer NOT NULL DEFAULT 0,
        addition {ADDITION},
        rank bigint GENERATED ALWAYS AS (coalesce(value, -1)) STORED,
        PRIMARY KEY (subject_kind, subject_id, metric),
        CONSTRAINT engagement_total_unknown_is_not_zero CHECK ((value IS NULL) = (counted = 0)),
        CONSTRAINT engagement_total_dated CHECK ((value IS NULL) = (as_of IS NULL)),
        CONSTRAINT engagement_total_coverage CHECK (
            counted BETWEEN 0 AND known
            AND at_least BETWEEN 0 AND counted
            AND provisional BETWEEN 0 AND counted
        ),
        CONSTRAINT engagement_total_left_out CHECK (
            people BETWEEN 0 AND known AND reposts BETWEEN 0 AND known
            AND (subject_kind = 'POST' OR counted + people + reposts <= known)
        )
    ) PARTITION BY LIST (subject_kind)
    """,
    *(
        f"""
        CREATE TABLE engagement_{table} (
            subject_kind text NOT NULL,
            subject_id bigint NOT NULL,
            metric text NOT NULL,
            {bucket} NOT NULL,
            value bigint NOT NULL,
            addition {ADDITION},
            PRIMARY KEY (subject_kind, subject_id, metric, {bucket.split()[0]})
        ) PARTITION BY LIST (subject_kind)
        """
        for table, bucket in BUCKETS.items()
    ),
    f"""
    CREATE TABLE engagement_dirty (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        post_id bigint NOT NULL,
        metric text NOT NULL CHECK (metric IN ({METRICS})),
        since timestamptz,
        marked_at timestamptz NOT NULL DEFAULT now(),
        delivery_id bigint
    )
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
    "CREATE INDEX engagement_total_post_breaks ON engagement_total_post (subject_id) WHERE breaks > 0",
    "CREATE INDEX engagement_daily_day"
    " ON engagement_daily (subject_kind, metric, day) INCLUDE (subject_id, value)",
    "CREATE INDEX engagement_hourly_hour"
    " ON engagement_hourly (subject_kind, metric, hour) INCLUDE (subject_id, value)",
]

VIEW = """
    CREATE VIEW post_subject (post_id, subject_kind, subject_id, original_id) AS
    SELECT id, 'POST', id, NULL::bigint FROM post
    UNION ALL SELECT p.id, 'ARTICLE', p.article_id,
            CASE WHEN o.article_id = p.article_id THEN o.id END
        FROM post p LEFT JOIN post o ON o.id = p.repost_of_id WHERE p.article_id IS NOT NULL
    UNION ALL SELECT p.id, 'CAMPAIGN', p.campaign_id,
            CASE WHEN o.campaign_id = p.campaign_id THEN o.id END
        FROM post p LEFT JOIN post o ON o.id = p.repost_of_id WHERE p.campaign_id IS NOT NULL
    UNION ALL SELECT p.id, 'ACCOUNT', p.account_id,
            CASE WHEN o.account_id = p.account_id THEN o.id END
        FROM post p LEFT JOIN post o ON o.id = p.repost_of_id
    UNION ALL SELECT p.id, 'PARTNER', a.partner_id,
            CASE WHEN b.partner_id = a.partner_id THEN o.id END
        FROM post p JOIN account a ON a.id = p.account_id
        LEFT JOIN (post o JOIN account b ON b.id = o.account_id) ON o.id = p.repost_of_id
    UNION ALL SELECT p.id, 'ORGANIZATION', above.id,
            CASE WHEN above.id::text = ANY (string_to_array(home.path::text, '.')) THEN o.id END
        FROM post p JOIN organization own ON own.id = p.organization_id
        LEFT JOIN (post o JOIN organization home ON home.id = o.organization_id)
            ON o.id = p.repost_of_id,
        LATERAL unnest(string_to_array(own.path::text, '.')::bigint[]) AS above (id)
    UNION ALL SELECT id, 'NETWORK', 0, repost_of_id FROM post
"""

OPENING = [
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
    dependencies = [("domain", "0011_ledger_months")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="MetricDefinition",
                fields=[
                    ("code", fields.CharField(primary_key=True, max_length=100)),
                    ("platform", fields.CharEnumField(enum_type=Platform, max_length=16)),
                    ("metric", fields.CharEnumField(enum_type=Metric, max_length=16)),
                    ("population", fields.CharEnumField(enum_type=Population, max_length=16)),
                    ("basis", fields.CharEnumField(enum_type=Basis, max_length=16)),
                    ("counts", fields.TextField()),
                    ("source", fields.TextField()),
                    ("valid_from", fields.DateField(null=True)),
                    ("valid_until", fields.DateField(null=True)),
                    ("by_name_only", fields.BooleanField()),
                    ("counts_reposts", fields.BooleanField()),
                    ("rounds_to", fields.BigIntField(null=True)),
                    ("newest_for_hours", fields.IntField(db_default=0)),
                    ("notes", fields.TextField()),
                ],
                options={
                    "table": "metric_definition",
                    "constraints": [
                        CheckConstraint(
                            check="platform IN ('WECHAT', 'WEIBO', 'BILIBILI', 'DOUYIN', 'KUAISHOU', 'TOUTIAO', 'ZHIHU', 'MASTODON', 'YOUTUBE', 'PLAUSIBLE', 'WORDPRESS', 'OTHER')",
                            name="metric_definition_platform_known",
                        ),
                        CheckConstraint(
                            check="metric IN ('READS', 'LIKES', 'COMMENTS', 'SHARES')",
                            name="metric_definition_metric_known",
                        ),
                        CheckConstraint(
                            check="population IN ('COUNT', 'PEOPLE', 'IMPRESSIONS')",
                            name="metric_definition_population_known",
                        ),
                        CheckConstraint(
                            check="basis IN ('EVENT_DATE', 'PUBLISH_DATE')",
                            name="metric_definition_basis_known",
                        ),
                    ],
                    "table_description": "What a platform counts under one metric: domain/engagement/definitions, as a table.",
                },
            ),
        ),
        ops.RunSQL(
            [
                *TABLES,
                *PARTITIONS,
                *INDEXES,
                VIEW,
                *OPENING,
                *told("engagement_daily", "engagement_hourly", "engagement_total"),
            ]
        ),
    ]
