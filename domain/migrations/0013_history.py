"""What was believed when: every change of a derived row is kept, so that any past moment can be asked.

engagement_total_history: the figures from believed_from on, until a later row of the same subject and
    metric. engagement_daily_history, engagement_hourly_history: likewise; value NULL: no row any more.
Triggers write them, so that whoever changes figures, these remember. One transaction that changes
figures has one moment, taken under the lock of all such (see hold_totals).
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

FIGURES = (
    "value, as_of, stale_at, known, counted, at_least, provisional, people, reposts, definition,"
    " breaks, addition"
)
BUCKETS = {"daily": "day", "hourly": "hour"}
SET = ", ".join(f"{name} = excluded.{name}" for name in FIGURES.split(", "))

TABLES = [
    """
    CREATE TABLE engagement_total_history (
        subject_kind text NOT NULL,
        subject_id bigint NOT NULL,
        metric text NOT NULL,
        believed_from timestamptz NOT NULL,
        value bigint,
        as_of timestamptz,
        stale_at timestamptz,
        known integer NOT NULL,
        counted integer NOT NULL,
        at_least integer NOT NULL,
        provisional integer NOT NULL,
        people integer NOT NULL,
        reposts integer NOT NULL,
        definition text,
        breaks integer NOT NULL,
        addition text NOT NULL,
        PRIMARY KEY (subject_kind, subject_id, metric, believed_from)
    )
    """,
    *(
        f"""
        CREATE TABLE engagement_{table}_history (
            subject_kind text NOT NULL,
            subject_id bigint NOT NULL,
            metric text NOT NULL,
            {bucket} {"date" if bucket == "day" else "timestamptz"} NOT NULL,
            believed_from timestamptz NOT NULL,
            value bigint,
            PRIMARY KEY (subject_kind, subject_id, metric, {bucket}, believed_from)
        )
        """
        for table, bucket in BUCKETS.items()
    ),
    *(
        f"CREATE INDEX engagement_{table}_history_moment ON engagement_{table}_history"
        " USING brin (believed_from)"
        for table in ("total", *BUCKETS)
    ),
]

NOW = """
    CREATE FUNCTION engagement_now() RETURNS timestamptz LANGUAGE sql VOLATILE
    RETURN coalesce(nullif(current_setting('xinfeng.believed_from', true), '')::timestamptz,
        clock_timestamp())
"""


def remember(table: str, keys: str, figures: str, taken: str, values: str) -> str:
    return f"""
        CREATE FUNCTION engagement_{table}_remember() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE moment timestamptz := engagement_now();
        BEGIN
            INSERT INTO engagement_{table}_history ({keys}, believed_from, {figures})
            SELECT {keys}, moment, {values} FROM changed
            ON CONFLICT ({keys}, believed_from) DO UPDATE SET {taken};
            RETURN NULL;
        END $$
    """


def triggers(table: str, events: dict[str, str]) -> list[str]:
    return [
        f"CREATE TRIGGER engagement_{table}_{event.lower()}_remember AFTER {event}"
        f" ON engagement_{table} REFERENCING {side} TABLE AS changed FOR EACH STATEMENT"
        f" EXECUTE FUNCTION {function}()"
        for event, (side, function) in events.items()
    ]


SUBJECT = "subject_kind, subject_id, metric"
TOTALS = [
    remember("total", SUBJECT, FIGURES, SET, FIGURES),
    # A subject is opened by an INSERT; what is worth remembering comes later, or by a repair.
    *triggers(
        "total",
        {
            "INSERT": ("NEW", "engagement_total_remember"),
            "UPDATE": ("NEW", "engagement_total_remember"),
        },
    ),
]
GAINS = [
    statement
    for table, bucket in BUCKETS.items()
    for statement in (
        remember(table, f"{SUBJECT}, {bucket}", "value", "value = excluded.value", "value"),
        remember(table, f"{SUBJECT}, {bucket}", "value", "value = excluded.value", "NULL").replace(
            "_remember()", "_forget()"
        ),
        *triggers(
            table,
            {
                "INSERT": ("NEW", f"engagement_{table}_remember"),
                "UPDATE": ("NEW", f"engagement_{table}_remember"),
                "DELETE": ("OLD", f"engagement_{table}_forget"),
            },
        ),
    )
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0012_engagement")]

    operations = [ops.RunSQL([*TABLES, NOW, *TOTALS, *GAINS])]
