"""The tree of categories, under which articles are filed by reference; and the list, kept in order
as the others are (0022), of the articles of each category and of all below it."""

from importlib import import_module

from tortoise import fields, migrations
from tortoise.contrib.postgres.indexes import GistIndex
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.fields import LtreeField
from domain.list_sizes import Counted, counted_anew, function, triggers
from domain.tables import CreateTables, told

BEFORE = import_module("domain.migrations.0021_list_sizes")

TREE = [
    "CREATE TRIGGER category_place BEFORE INSERT OR UPDATE OF parent_id ON category"
    " FOR EACH ROW EXECUTE FUNCTION tree_place()",
    "CREATE TRIGGER category_carry AFTER UPDATE OF parent_id ON category FOR EACH ROW"
    " WHEN (OLD.path::text IS DISTINCT FROM NEW.path::text) EXECUTE FUNCTION tree_carry()",
]

LET_GO = [
    "DROP TRIGGER article_listed_anew ON article",
    "DROP VIEW article_listing_derived",
    # And with it the index of the list by category.
    "ALTER TABLE article_listing DROP COLUMN category",
    "ALTER TABLE search_entry DROP COLUMN category",
    "ALTER TABLE search_entry ADD COLUMN category_id bigint",
]

TOTAL = (
    "LEFT JOIN engagement_total t ON t.subject_kind = 'ARTICLE' AND t.metric = 'READS'"
    " AND t.subject_id = r.id"
)
LISTS = [
    "CREATE VIEW article_listing_derived (organization_id, author_id, status, reads, article_id) AS"
    f" SELECT r.organization_id, r.author_id, r.status::text, coalesce(t.rank, -1), r.id FROM article r {TOTAL}",
    "CREATE TABLE article_in_category (category_id bigint NOT NULL, listed_at timestamptz NOT NULL,"
    " reads bigint NOT NULL, article_id bigint NOT NULL REFERENCES article ON DELETE CASCADE,"
    " PRIMARY KEY (article_id, category_id))",
    *(
        f"CREATE INDEX article_in_category_{key} ON article_in_category (category_id, {key}, article_id)"
        for key in ("listed_at", "reads")
    ),
    "CREATE VIEW article_in_category_derived (category_id, listed_at, reads, article_id) AS"
    " SELECT unnest(string_to_array(c.path::text, '.')::bigint[]), r.listed_at, coalesce(t.rank, -1), r.id"
    f" FROM article r JOIN category c ON c.id = r.category_id {TOTAL}",
]
RELIST = """
    CREATE OR REPLACE FUNCTION article_relist(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('tree:organization', 0));
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('tree:category', 0));
        PERFORM FROM engagement_total
            WHERE subject_kind = 'ARTICLE' AND metric = 'READS' AND subject_id = ANY (ids)
            ORDER BY subject_id FOR UPDATE;
        DELETE FROM article_listing WHERE article_id = ANY (ids);
        INSERT INTO article_listing (organization_id, author_id, status, reads, article_id)
            SELECT * FROM article_listing_derived WHERE article_id = ANY (ids);
        DELETE FROM article_within WHERE article_id = ANY (ids);
        INSERT INTO article_within SELECT * FROM article_within_derived WHERE article_id = ANY (ids);
        DELETE FROM article_tag WHERE article_id = ANY (ids);
        INSERT INTO article_tag SELECT * FROM article_tag_derived WHERE article_id = ANY (ids);
        DELETE FROM article_in_category WHERE article_id = ANY (ids);
        INSERT INTO article_in_category
            SELECT * FROM article_in_category_derived WHERE article_id = ANY (ids);
    END $$
"""
DECIDES = ("organization_id", "author_id", "category_id", "status", "tags", "listed_at")
OLD, NEW = (f"({', '.join(f'{side}.{name}' for name in DECIDES)})" for side in ("OLD", "NEW"))
RELISTING = [
    RELIST,
    "CREATE TRIGGER article_listed_anew AFTER UPDATE ON article FOR EACH ROW"
    f" WHEN ({OLD} IS DISTINCT FROM {NEW}) EXECUTE FUNCTION article_list()",
    """
    CREATE FUNCTION category_relist() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM article_relist(ARRAY(SELECT id FROM article WHERE category_id = NEW.id));
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER category_relisted AFTER UPDATE ON category FOR EACH ROW"
    " WHEN (OLD.path::text IS DISTINCT FROM NEW.path::text) EXECUTE FUNCTION category_relist()",
    # Reads that changed, as engagement_relist writes them into the other lists.
    """
    CREATE FUNCTION engagement_relist_sections() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE ids bigint[]; ranks bigint[];
    BEGIN
        SELECT array_agg(subject_id), array_agg(rank) INTO ids, ranks FROM changed
            WHERE subject_kind = 'ARTICLE' AND metric = 'READS';
        UPDATE article_in_category k SET reads = c.rank FROM unnest(ids, ranks) AS c (id, rank)
            WHERE k.article_id = c.id AND k.reads <> c.rank;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER engagement_relisted_sections AFTER UPDATE ON engagement_total"
    " REFERENCING NEW TABLE AS changed FOR EACH STATEMENT"
    " EXECUTE FUNCTION engagement_relist_sections()",
]


CATEGORY = Counted(("parent_id",), "TRUE")
ARTICLE = Counted(("organization_id", "author_id", "category_id"), "r.status = 'PUBLISHED'")
SIZES = {**BEFORE.LISTS, "article": ARTICLE, "category": CATEGORY}
SIZED = [
    function("article", ARTICLE).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    *triggers("category", CATEGORY),
    f"CREATE OR REPLACE VIEW list_size_counted AS {counted_anew(SIZES)} UNION ALL {BEFORE.AUDIT}",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0028_highlights")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Category",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "parent",
                        fields.ForeignKeyField(
                            "domain.Category",
                            source_field="parent_id",
                            null=True,
                            related_name="children",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("name", fields.CharField(max_length=64)),
                    ("slug", fields.CharField(max_length=64)),
                    ("position", fields.BigIntField()),
                    ("path", LtreeField(default="")),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "category",
                    "constraints": [
                        UniqueConstraint(fields=("slug",), name="category_slug"),
                        CheckConstraint(check="name <> ''", name="category_named"),
                        CheckConstraint(check="slug ~ '^[^[:space:]/?#]+$'", name="category_slugged"),
                        CheckConstraint(check="position > 0", name="category_placed"),
                    ],
                    "indexes": [
                        GistIndex(fields=["path"], name="category_path"),
                        Index(fields=["parent_id", "position", "id"], name="category_parent"),
                        Index(fields=["position", "id"], name="category_position"),
                        Index(fields=["name", "id"], name="category_name"),
                    ],
                    "table_description": "A node: one tree for the whole network, seen by everybody.",
                },
            ),
        ),
        ops.RunSQL([*TREE, *told("category"), *LET_GO]),
        ops.RemoveIndex(model_name="Article", name="article_category"),
        ops.RemoveField(model_name="Article", name="category"),
        ops.AddField(
            model_name="Article",
            name="category",
            field=fields.ForeignKeyField(
                "domain.Category",
                source_field="category_id",
                null=True,
                related_name="articles",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Article", index=Index(fields=["category_id"], name="article_category")
        ),
        ops.RunSQL([*LISTS, *told("article_in_category"), *RELISTING, *SIZED]),
    ]
