"""What a search looks through: a row for each thing that can be found, and the list of synonyms.

search_entry holds nothing of its own: domain/search derives it from the subjects, in the transaction
that writes them.

heading: tsvector of title (A) and keywords (B), narrow, so that it is looked at first. document: of
everything, summary (C) and body (D) too. squeezed: the title's folded letters alone. sound: the code
of how the title sounds. title, summary, body: as people wrote them, for the snippets. kin: what an
article asks of all others, so that those about the same events are found: made of its title by
domain/search/kinship.py.
"""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from domain.fields import TsqueryField
from domain.tables import CreateTables

TABLE = """
    CREATE TABLE search_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CONSTRAINT search_entry_kind_known
            CHECK (kind IN ('ARTICLE', 'CAMPAIGN', 'PARTNER', 'ORGANIZATION')),
        subject_id bigint NOT NULL,
        organization_id bigint NOT NULL,
        is_public boolean NOT NULL,
        listed_at timestamptz NOT NULL,
        published_at timestamptz,
        category text NOT NULL,
        tags text[] NOT NULL,
        title text NOT NULL,
        squeezed text NOT NULL,
        sound text NOT NULL,
        heading tsvector NOT NULL,
        summary text NOT NULL,
        document tsvector NOT NULL,
        body text NOT NULL,
        kin tsquery NOT NULL DEFAULT '',
        CONSTRAINT search_entry_once UNIQUE (kind, subject_id),
        CONSTRAINT search_entry_organization_fkey FOREIGN KEY (organization_id)
            REFERENCES organization (id) ON DELETE CASCADE
    ) WITH (toast_tuple_target = 256)
"""
"""Long values stand apart (toast), so that thousands of rows can be told apart in few pages."""

INDEXES = [
    "CREATE INDEX search_entry_heading ON search_entry USING gin (heading)",
    "CREATE INDEX search_entry_document ON search_entry USING gin (document)",
    "CREATE INDEX search_entry_sound ON search_entry USING gin (sound gin_trgm_ops)",
    "CREATE INDEX search_entry_listed ON search_entry (listed_at, id)",
    "CREATE INDEX search_entry_organization ON search_entry (organization_id)",
]

FOLLOW = """
    CREATE FUNCTION search_entry_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE search_entry SET is_public = NEW.status = 'PUBLISHED',
            organization_id = NEW.organization_id
        WHERE kind = 'ARTICLE' AND subject_id = NEW.id;
        RETURN NULL;
    END $$
"""
FOLLOWING = """
    CREATE TRIGGER search_entry_follow AFTER UPDATE OF status, organization_id ON article
    FOR EACH ROW WHEN (old.status <> new.status OR old.organization_id <> new.organization_id)
    EXECUTE FUNCTION search_entry_follow()
"""
"""Whoever takes an article back, by whatever way, takes it out of what strangers find."""

LEAVE = """
    CREATE FUNCTION search_entry_leave() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM search_entry WHERE kind = TG_ARGV[0] AND subject_id = OLD.id;
        RETURN NULL;
    END $$
"""
LEAVING = [
    f"CREATE TRIGGER search_entry_leave AFTER DELETE ON {table}"
    f" FOR EACH ROW EXECUTE FUNCTION search_entry_leave('{table.upper()}')"
    for table in ("article", "campaign", "partner", "organization")
]

MARKED = r"""
    CREATE FUNCTION search_marked(body text, pattern text, width integer) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    DECLARE
        clean text := translate(body, E'\x01\x02', '');
        found integer := regexp_instr(clean, pattern, 1, 1, 0, 'i');
        start integer := greatest(1, found - width / 4);
        piece text;
    BEGIN
        IF found = 0 THEN
            RETURN NULL;
        END IF;
        piece := substr(clean, start, width);
        piece := regexp_replace(piece, '(' || pattern || ')', E'\x01\\1\x02', 'gi');
        piece := replace(replace(replace(piece, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
        piece := replace(replace(piece, '"', '&quot;'), '''', '&#39;');
        piece := replace(replace(piece, E'\x01', '<mark>'), E'\x02', '</mark>');
        RETURN CASE WHEN start > 1 THEN '…' ELSE '' END || piece
            || CASE WHEN start + width <= length(clean) THEN '…' ELSE '' END;
    END $$
"""
"""The signs that stand for the marks until everything else is escaped stand in no text of ours."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0019_review_checks")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="SearchSynonym",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("word", fields.CharField(unique=True, max_length=64)),
                    ("synonyms", ArrayField(element_type="TEXT")),
                    ("target", TsqueryField(generated=False, null=False)),
                    ("substitute", TsqueryField(generated=False, null=False)),
                    ("changed_at", fields.DatetimeField()),
                ],
                options={
                    "table": "search_synonym",
                    "constraints": [
                        CheckConstraint(check="cardinality(synonyms) > 0", name="search_synonym_has_some"),
                    ],
                    "table_description": "A word, and what whoever searches for it is shown too; kept by administrators.",
                },
            ),
        ),
        ops.RunSQL([TABLE, *INDEXES, FOLLOW, FOLLOWING, LEAVE, *LEAVING, MARKED]),
    ]
