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

MANY = 64
LISTS: dict[str, tuple[tuple[str, ...], str]] = {
    "account": (("partner_id",), "TRUE"),
    "article": (("organization_id", "author_id"), "r.status = 'PUBLISHED'"),
    "campaign": (("organization_id",), "TRUE"),
    "delivery": (("partner_id",), "FALSE"),
    "organization": (("parent_id",), "TRUE"),
    "partner": (("organization_id",), "TRUE"),
    "person": ((), "TRUE"),
    "post": (("account_id", "article_id", "campaign_id"), "r.public"),
    "team": (("parent_id",), "TRUE"),
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


def _lists_of(table: str) -> str:
    """SQL of (list, parent) for one row r: each list it stands in."""
    columns, _ = LISTS[table]
    listed = [f"('{table}', 0::bigint)", *(f"('{table}.{name}', r.{name})" for name in columns)]
    return f"LATERAL (VALUES {', '.join(listed)}) k (list, parent)"


def _rows(table: str, source: str, sign: int) -> str:
    _, public = LISTS[table]
    return (
        f"SELECT k.list, k.parent, {sign} AS n, CASE WHEN {public} THEN {sign} ELSE 0 END AS p"
        f" FROM {source} r, {_lists_of(table)} WHERE k.parent IS NOT NULL"
    )


def _summed(rows: str) -> str:
    return (
        "SELECT list, parent, sum(n)::integer AS everything, sum(p)::integer AS public"
        f" FROM ({rows}) row GROUP BY list, parent HAVING sum(n) <> 0 OR sum(p) <> 0"
    )


def _keep(rows: str) -> str:
    """PL/pgSQL that adds the summands of a statement. Of many lists only the first are looked
    after, whole tables before all others: the rest gathers little in one statement."""
    return f"""
        WITH summand AS (INSERT INTO list_size {_summed(rows)} RETURNING list, parent)
        SELECT array_agg(list), array_agg(parent) INTO lists, parents
            FROM (SELECT list, parent FROM summand ORDER BY parent LIMIT 100) first;
    """


def _functions(table: str) -> list[str]:
    added, removed = _rows(table, "added", 1), _rows(table, "removed", -1)
    function = f"""
        CREATE FUNCTION {table}_size() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE lists text[]; parents bigint[];
        BEGIN
            IF TG_OP = 'INSERT' THEN {_keep(added)}
            ELSIF TG_OP = 'DELETE' THEN {_keep(removed)}
            ELSE {_keep(f"{added} UNION ALL {removed}")}
            END IF;
            IF lists IS NOT NULL THEN
                PERFORM list_size_gather(lists, parents);
            END IF;
            RETURN NULL;
        END $$
    """
    seen = {
        "INSERT": "NEW TABLE AS added",
        "DELETE": "OLD TABLE AS removed",
        "UPDATE": "NEW TABLE AS added OLD TABLE AS removed",
    }
    return [
        function,
        *(
            f"CREATE TRIGGER {table}_size_{event.lower()} AFTER {event} ON {table}"
            f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {table}_size()"
            for event, tables in seen.items()
        ),
    ]


COUNTED = " UNION ALL ".join(_summed(_rows(table, table, 1)) for table in LISTS)

STATEMENTS = [
    *TABLES,
    f"CREATE VIEW list_size_counted AS {COUNTED}",
    "INSERT INTO list_size SELECT * FROM list_size_counted",
    *(statement for table in LISTS for statement in _functions(table)),
    "CREATE TRIGGER list_size_changed AFTER INSERT ON list_size"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0018_pull_changes")]

    operations = [ops.RunSQL(STATEMENTS)]
