"""How long each list is, kept beside the rows: `totalCount` adds up a few numbers, however many
rows there are.

list_size is made of summands: a statement that adds or removes rows adds one row here for each list
it touches, and changes none, so that writers never wait for each other. Where a list has gathered
many summands, a writer replaces those that nobody else holds by their sum. A reader's snapshot sees
either the summands or their sum: the number is exact in every transaction.

list: the table, or table.column for the lists below one parent. parent: 0 for the whole table.
everything: rows. public: those of them that everybody may see.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from domain.list_sizes import Counted, counted_anew, triggers

MANY = 64
LISTS = {
    "account": Counted(("partner_id",), "TRUE"),
    "article": Counted(("organization_id", "author_id"), "r.status = 'PUBLISHED'"),
    "campaign": Counted(("organization_id",), "TRUE"),
    "delivery": Counted(("partner_id",), "FALSE"),
    "organization": Counted(("parent_id",), "TRUE"),
    "partner": Counted(("organization_id",), "TRUE"),
    "person": Counted((), "TRUE"),
    "post": Counted(("account_id", "article_id", "campaign_id", "organization_id"), "r.public"),
    "team": Counted(("parent_id", "organization_id"), "TRUE"),
    "webhook_message": Counted(("endpoint_id",), "FALSE"),
}
"""By table: the columns whose parents have lists, and the rows that everybody may see."""

TABLES = [
    """
    CREATE TABLE list_size (
        list text NOT NULL,
        parent bigint NOT NULL,
        everything integer NOT NULL,
        public integer NOT NULL
    )
    """,
    "CREATE INDEX list_size_of ON list_size (list, parent) INCLUDE (everything, public)",
    f"""
    CREATE FUNCTION list_size_gather(lists text[], parents bigint[]) RETURNS void
    LANGUAGE sql AS $$
        WITH crowded AS (
            SELECT list, parent FROM list_size
            WHERE (list, parent) IN (SELECT * FROM unnest(lists, parents))
            GROUP BY list, parent HAVING count(*) > {MANY}
        ), held AS (
            SELECT s.ctid FROM list_size s JOIN crowded USING (list, parent)
            FOR UPDATE OF s SKIP LOCKED
        ), gone AS (
            DELETE FROM list_size s USING held WHERE s.ctid = held.ctid RETURNING s.*
        )
        INSERT INTO list_size
        SELECT list, parent, sum(everything), sum(public) FROM gone GROUP BY list, parent
    $$
    """,
]

AUDIT = "SELECT 'audit_entry', 0, count(*)::integer, 0 FROM audit_entry HAVING count(*) > 0"
"""The trail, whose entries are only ever added, has a trigger of its own."""
AUDITED = [
    """
    CREATE FUNCTION audit_entry_size() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO list_size SELECT 'audit_entry', 0, count(*), 0 FROM added;
        PERFORM list_size_gather(ARRAY['audit_entry'], ARRAY[0::bigint]);
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER audit_entry_size_insert AFTER INSERT ON audit_entry"
    " REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_size()",
]


STATEMENTS = [
    *TABLES,
    f"CREATE VIEW list_size_counted AS {counted_anew(LISTS)} UNION ALL {AUDIT}",
    *(sql for table, counted in LISTS.items() for sql in triggers(table, counted)),
    *AUDITED,
    "CREATE TRIGGER list_size_changed AFTER INSERT ON list_size"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0020_search")]

    operations = [ops.RunSQL(STATEMENTS)]
