"""Lists narrowed by one condition, kept in their orders: a page of them is read off an index,
whatever the condition is and however few rows fit.

<noun>_listing: one row for each row of the noun: what its lists are narrowed by, beside its reads.
<noun>_within, article_tag: a row for each organization above it (a team: for each team above it),
    itself included, and for each tag.
reads: the rank of its total reads; -1 where they are unknown.

Each has a view of its own name and `_derived`, which says what it has to hold. `<noun>_relist` makes
the rows of some ids anew. It takes the lock of the tree first, so that no path is read that is being
moved; then the totals', so that no reads are copied that a roll-up is changing. A roll-up, which
holds these totals, writes the reads.
"""

from __future__ import annotations

from dataclasses import dataclass

from tortoise import migrations
from tortoise.migrations import operations as ops

METRIC = "READS"


@dataclass(frozen=True)
class Kept:
    """A table of rows (column, …, key, …, number) for one noun.

    columns: what a list is narrowed by, with its type. keys: what it is ordered by.
    source: SELECT of the columns, keys and number, in this order, from the noun's row `r`.
    lists: (column, key) pairs that have an index.
    """

    name: str
    columns: dict[str, str]
    keys: dict[str, str]
    source: str
    lists: tuple[tuple[str, ...], ...]
    is_one_each: bool = False


READS = "coalesce(t.rank, -1)"
ABOVE = "unnest(string_to_array({path}::text, '.')::bigint[])"
OWN = "JOIN organization o ON o.id = r.organization_id"


def total(kind: str) -> str:
    return (
        f"LEFT JOIN engagement_total t ON t.subject_kind = '{kind}' AND t.metric = '{METRIC}'"
        " AND t.subject_id = r.id"
    )


def within(noun: str, time: str) -> Kept:
    return Kept(
        f"{noun}_within",
        {"organization_id": "bigint"},
        {time: "timestamptz", "reads": "bigint"},
        f"SELECT {ABOVE.format(path='o.path')}, r.{time}, {READS}, r.id"
        f" FROM {noun} r {OWN} {total(noun.upper())}",
        (("organization_id", time), ("organization_id", "reads")),
    )


NOUNS: dict[str, tuple[Kept, ...]] = {
    "article": (
        Kept(
            "article_listing",
            {
                "organization_id": "bigint",
                "author_id": "bigint",
                "category": "text",
                "status": "text",
            },
            {"reads": "bigint"},
            "SELECT r.organization_id, r.author_id, r.category::text, r.status::text,"
            f" {READS}, r.id FROM article r {total('ARTICLE')}",
            tuple((name, "reads") for name in ("organization_id", "author_id", "category", "status")),
            is_one_each=True,
        ),
        within("article", "listed_at"),
        Kept(
            "article_tag",
            {"tag": "text"},
            {"listed_at": "timestamptz", "reads": "bigint"},
            f"SELECT DISTINCT unnest(r.tags), r.listed_at, {READS}, r.id FROM article r {total('ARTICLE')}",
            (("tag", "listed_at"), ("tag", "reads")),
        ),
    ),
    "post": (
        Kept(
            "post_listing",
            {"account_id": "bigint", "campaign_id": "bigint", "platform": "text", "state": "text"},
            {"posted_at": "timestamptz", "reads": "bigint"},
            "SELECT r.account_id, r.campaign_id, a.platform::text, r.state::text, r.posted_at,"
            f" {READS}, r.id FROM post r JOIN account a ON a.id = r.account_id {total('POST')}",
            (
                ("platform", "posted_at"),
                *((name, "reads") for name in ("account_id", "campaign_id", "platform", "state")),
            ),
            is_one_each=True,
        ),
        within("post", "posted_at"),
    ),
    "campaign": (within("campaign", "starts_at"),),
    "team": (
        Kept(
            "team_within",
            {"above_id": "bigint"},
            {},
            f"SELECT {ABOVE.format(path='r.path')}, r.id FROM team r",
            (("above_id",),),
        ),
    ),
}

DECIDES = {
    "article": ("organization_id", "author_id", "category", "status", "tags", "listed_at"),
    "post": ("organization_id", "account_id", "campaign_id", "state", "posted_at"),
    "campaign": ("organization_id", "starts_at"),
    "team": ("path::text",),
}
"""Columns of a noun whose change is one of its lists too."""

ELSEWHERE = {
    "organization": ("path::text", "organization_id", ("article", "post", "campaign")),
    "account": ("platform", "account_id", ("post",)),
}
"""By table: a column that decides as well, and by which column of which nouns."""


def _table(noun: str, kept: Kept) -> list[str]:
    number = f"{noun}_id"
    columns = {**kept.columns, **kept.keys}
    listed = ", ".join(
        f"{name} {type_}{'' if name == 'campaign_id' else ' NOT NULL'}" for name, type_ in columns.items()
    )
    key = number if kept.is_one_each else f"{number}, {next(iter(kept.columns))}"
    names = ", ".join((*columns, number))
    return [
        f"CREATE TABLE {kept.name} ({listed},"
        f" {number} bigint NOT NULL REFERENCES {noun} ON DELETE CASCADE, PRIMARY KEY ({key}))",
        *(
            f"CREATE INDEX {'_'.join((kept.name, *list_))} ON {kept.name} ({', '.join((*list_, number))})"
            for list_ in kept.lists
        ),
        f"CREATE VIEW {kept.name}_derived ({names}) AS {kept.source}",
        f"CREATE TRIGGER {kept.name}_changed AFTER INSERT OR UPDATE OR DELETE ON {kept.name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()",
    ]


def _is_ranked(noun: str) -> bool:
    return any("reads" in kept.keys for kept in NOUNS[noun])


def _relist(noun: str) -> str:
    """The function that makes the rows of some ids anew."""
    number = f"{noun}_id"
    tree = "team" if noun == "team" else "organization"
    rows = "".join(
        f"""
        DELETE FROM {kept.name} WHERE {number} = ANY (ids);
        INSERT INTO {kept.name} SELECT * FROM {kept.name}_derived WHERE {number} = ANY (ids);"""
        for kept in NOUNS[noun]
    )
    totals = f"""
        PERFORM FROM engagement_total
            WHERE subject_kind = '{noun.upper()}' AND metric = '{METRIC}' AND subject_id = ANY (ids)
            ORDER BY subject_id FOR UPDATE;"""
    return f"""
    CREATE FUNCTION {noun}_relist(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('tree:{tree}', 0));
        {totals if _is_ranked(noun) else ""}{rows}
    END $$
    """


def _triggers(noun: str) -> list[str]:
    decisive = DECIDES[noun]
    old, new = (f"({', '.join(f'{side}.{name}' for name in decisive)})" for side in ("OLD", "NEW"))
    return [
        f"""
        CREATE FUNCTION {noun}_list() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                PERFORM {noun}_relist(array_agg(id)) FROM added;
            ELSE
                PERFORM {noun}_relist(ARRAY[NEW.id]);
            END IF;
            RETURN NULL;
        END $$
        """,
        f"CREATE TRIGGER {noun}_listed_first AFTER INSERT ON {noun}"
        f" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {noun}_list()",
        f"CREATE TRIGGER {noun}_listed_anew AFTER UPDATE ON {noun} FOR EACH ROW"
        f" WHEN ({old} IS DISTINCT FROM {new}) EXECUTE FUNCTION {noun}_list()",
    ]


def _carried(table: str) -> list[str]:
    """What another table's change does to the lists of nouns."""
    decisive, column, nouns = ELSEWHERE[table]
    relisted = "".join(
        f"""
        PERFORM {noun}_relist(ARRAY(SELECT id FROM {noun} WHERE {column} = NEW.id));"""
        for noun in nouns
    )
    return [
        f"""
        CREATE FUNCTION {table}_relist() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN{relisted}
            RETURN NULL;
        END $$
        """,
        f"CREATE TRIGGER {table}_relisted AFTER UPDATE ON {table} FOR EACH ROW"
        f" WHEN (OLD.{decisive} IS DISTINCT FROM NEW.{decisive})"
        f" EXECUTE FUNCTION {table}_relist()",
    ]


def _ranked() -> list[str]:
    """Reads that changed, into all rows that have them. Ids as arrays: plans are kept, and such a
    plan reads each by its index, however many there are."""
    parts = []
    for noun, all_kept in NOUNS.items():
        updates = "".join(
            f"""
            UPDATE {kept.name} k SET reads = c.rank FROM unnest(ids, ranks) AS c (id, rank)
                WHERE k.{noun}_id = c.id AND k.reads <> c.rank;"""
            for kept in all_kept
            if "reads" in kept.keys
        )
        if _is_ranked(noun):
            parts.append(f"""
        SELECT array_agg(subject_id), array_agg(rank) INTO ids, ranks FROM changed
            WHERE subject_kind = '{noun.upper()}' AND metric = '{METRIC}';
        IF ids IS NOT NULL THEN{updates}
        END IF;""")
    return [
        f"""
        CREATE FUNCTION engagement_relist() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE ids bigint[]; ranks bigint[];
        BEGIN{"".join(parts)}
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER engagement_relisted AFTER UPDATE ON engagement_total"
        " REFERENCING NEW TABLE AS changed FOR EACH STATEMENT"
        " EXECUTE FUNCTION engagement_relist()",
    ]


STATEMENTS = [
    *(sql for noun, all_kept in NOUNS.items() for kept in all_kept for sql in _table(noun, kept)),
    *(_relist(noun) for noun in NOUNS),
    *(sql for noun in NOUNS for sql in _triggers(noun)),
    *(sql for table in ELSEWHERE for sql in _carried(table)),
    *_ranked(),
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0021_list_sizes")]

    operations = [ops.RunSQL(STATEMENTS)]
