"""Every write names the table it touched, so that shared reads of it end."""

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLES = (
    "account",
    "article",
    "campaign",
    "engagement_daily",
    "engagement_hourly",
    "engagement_total",
    "organization",
    "partner",
    "person",
    "post",
    "team",
    "token",
)

STATEMENTS = [
    """
    CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('xinfeng_changed', TG_TABLE_NAME);
        RETURN NULL;
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        for table in TABLES
    ),
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0007_tree_inserts")]

    operations = [ops.RunSQL(STATEMENTS)]
