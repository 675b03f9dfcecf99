"""Articles, every state they were saved in, who edits them now, and where they came from."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.articles.rules import ArticleStatus
from domain.tables import CreateTables, append_only, told

INDEXES = [
    *(
        f"CREATE INDEX article_public_{name} ON article ({column}, listed_at, id) WHERE status = 'PUBLISHED'"
        for name, column in (
            ("category", "category"),
            ("organization", "organization_id"),
            ("author", "author_id"),
        )
    ),
    "CREATE INDEX article_import_article ON article_import (article_id)",
]
"""For lists narrowed by one condition: the page is read from where the cursor stands, and what does
not fit is never looked at."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0006_audit")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Article",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("slug", fields.CharField(unique=True, max_length=200)),
                    ("title", fields.CharField(max_length=300)),
                    ("summary", fields.CharField(default="", max_length=1000)),
                    ("subtitle", fields.CharField(default="", db_default="", max_length=300)),
                    ("body", fields.TextField(default="")),
                    ("blocks", fields.JSONField(default=list, db_default=SqlDefault("'[]'"))),
                    ("plain_text", fields.TextField(default="", db_default="")),
                    ("cover", fields.CharField(null=True, max_length=64)),
                    ("language", fields.CharField(default="zh-CN", db_default="zh-CN", max_length=35)),
                    (
                        "keywords",
                        ArrayField(default=list, db_default=SqlDefault("'{}'"), element_type="TEXT"),
                    ),
                    ("source", fields.CharField(default="", db_default="", max_length=200)),
                    ("source_url", fields.CharField(default="", db_default="", max_length=2000)),
                    ("credits", fields.JSONField(default=list, db_default=SqlDefault("'[]'"))),
                    ("share_title", fields.CharField(default="", db_default="", max_length=300)),
                    ("share_summary", fields.CharField(default="", db_default="", max_length=1000)),
                    ("corrections", fields.JSONField(default=list, db_default=SqlDefault("'[]'"))),
                    ("head_number", fields.IntField(default=1, db_default=1)),
                    ("public_number", fields.IntField(null=True)),
                    ("category", fields.CharField(default="", max_length=64)),
                    ("tags", ArrayField(default=list, element_type="TEXT")),
                    (
                        "status",
                        fields.CharEnumField(
                            enum_type=ArticleStatus, default=ArticleStatus.DRAFT, max_length=16
                        ),
                    ),
                    (
                        "author",
                        fields.ForeignKeyField(
                            "domain.Person",
                            source_field="author_id",
                            related_name="articles",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="articles",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("published_at", fields.DatetimeField(null=True)),
                    ("listed_at", fields.DatetimeField()),
                    ("version", fields.IntField(default=1)),
                    ("public_version", fields.IntField(default=1, db_default=1)),
                    ("created_at", fields.DatetimeField()),
                    ("updated_at", fields.DatetimeField()),
                ],
                options={
                    "table": "article",
                    "constraints": [
                        UniqueConstraint(fields=("id", "organization_id"), name="article_id_organization"),
                        CheckConstraint(
                            check="status IN ('DRAFT', 'PUBLISHED', 'WITHDRAWN')", name="article_status_known"
                        ),
                        CheckConstraint(check="title <> ''", name="article_titled"),
                        CheckConstraint(check="slug ~ '^[^[:space:]/?#]+$'", name="article_slugged"),
                        CheckConstraint(
                            check="listed_at = coalesce(published_at, created_at)", name="article_listed"
                        ),
                        CheckConstraint(
                            check="status = 'DRAFT' OR published_at IS NOT NULL", name="article_published"
                        ),
                        CheckConstraint(check="public_number <= head_number", name="article_revised"),
                        CheckConstraint(
                            check="(status = 'PUBLISHED') = (public_number IS NOT NULL)",
                            name="article_public",
                        ),
                    ],
                    "indexes": [
                        Index(fields=["listed_at", "id"], name="article_listed"),
                        Index(fields=["status", "listed_at", "id"], name="article_status"),
                        Index(fields=["organization_id", "listed_at", "id"], name="article_organization"),
                        Index(fields=["author_id", "listed_at", "id"], name="article_author"),
                        Index(fields=["category", "listed_at", "id"], name="article_category"),
                        GinIndex(fields=["tags"], name="article_tags"),
                    ],
                    "table_description": "One article: what of it is public or, where nothing is, its newest draft.",
                },
            ),
            ops.CreateModel(
                name="ArticleEditing",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="editing",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("actor_id", fields.CharField(max_length=64)),
                    ("actor", fields.CharField(max_length=200)),
                    ("block", fields.CharField(default="", max_length=40)),
                    ("since", fields.DatetimeField()),
                    ("seen_at", fields.DatetimeField()),
                ],
                options={
                    "table": "article_editing",
                    "constraints": [
                        UniqueConstraint(fields=("article_id", "actor_id"), name="article_editing_once"),
                    ],
                    "indexes": [
                        Index(fields=["seen_at"], name="article_editing_seen"),
                    ],
                    "table_description": "That somebody edits an article. seen_at: when they last said so. block: where in it.",
                },
            ),
            ops.CreateModel(
                name="ArticleImport",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("source", fields.CharField(max_length=300)),
                    ("source_id", fields.CharField(max_length=1000)),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="imports",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("sha256", fields.CharField(max_length=64)),
                    ("imported_at", fields.DatetimeField()),
                ],
                options={
                    "table": "article_import",
                    "constraints": [
                        UniqueConstraint(fields=("source", "source_id"), name="article_import_once"),
                        CheckConstraint(
                            check="source <> '' AND source_id <> ''", name="article_import_named"
                        ),
                    ],
                    "table_description": "An article that came from elsewhere. source: what the importer calls it, e.g. a feed's",
                },
            ),
            ops.CreateModel(
                name="ArticleRevision",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="revisions",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("number", fields.IntField()),
                    ("content", fields.JSONField()),
                    ("body", fields.TextField()),
                    ("plain_text", fields.TextField()),
                    ("actor_id", fields.CharField(default="", max_length=64)),
                    ("actor", fields.CharField(max_length=200)),
                    ("reason", fields.CharField(default="", max_length=500)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "article_revision",
                    "constraints": [
                        UniqueConstraint(fields=("article_id", "number"), name="article_revision_number"),
                        CheckConstraint(check="number > 0", name="article_revision_counted"),
                    ],
                    "table_description": "An article as it was saved once: all of it. The database refuses to alter one.",
                },
            ),
            ops.CreateModel(
                name="RevisionName",
                fields=[
                    (
                        "revision",
                        fields.OneToOneField(
                            "domain.ArticleRevision",
                            source_field="revision_id",
                            primary_key=True,
                            related_name="naming",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("name", fields.CharField(max_length=100)),
                    ("named_at", fields.DatetimeField()),
                ],
                options={
                    "table": "revision_name",
                    "table_description": "What a revision is called by its editors; beside it, as it may be called otherwise.",
                    "pk_attr": "revision_id",
                },
            ),
        ),
        ops.RunSQL(
            [
                *INDEXES,
                *told("article", "article_editing", "article_revision", "revision_name"),
                append_only("article_revision"),
            ]
        ),
    ]
