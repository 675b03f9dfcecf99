"""Columns 专题: what an organization gathers about one subject, in an order made by hand."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.tables import CreateTables, told


class Migration(migrations.Migration):
    dependencies = [("domain", "0030_site_import_constraints")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="ArticleColumn",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="columns",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("slug", fields.CharField(max_length=64)),
                    ("title", fields.CharField(max_length=100)),
                    ("summary", fields.CharField(default="", max_length=1000)),
                    ("is_closed", fields.BooleanField(default=False)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                    ("updated_at", fields.DatetimeField()),
                ],
                options={
                    "table": "article_column",
                    "constraints": [
                        UniqueConstraint(fields=("slug",), name="article_column_slug"),
                        CheckConstraint(check="title <> ''", name="article_column_titled"),
                    ],
                    "indexes": [
                        Index(fields=["organization_id", "id"], name="article_column_organization"),
                    ],
                    "table_description": "A column, in the graph `Column`.",
                },
            ),
            ops.CreateModel(
                name="ColumnEntry",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "column",
                        fields.ForeignKeyField(
                            "domain.ArticleColumn",
                            source_field="column_id",
                            related_name="entries",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="columns",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("position", fields.BigIntField()),
                ],
                options={
                    "table": "column_entry",
                    "constraints": [
                        UniqueConstraint(fields=("column_id", "article_id"), name="column_entry_once"),
                        CheckConstraint(check="position > 0", name="column_entry_placed"),
                    ],
                    "indexes": [
                        Index(fields=["column_id", "position", "article_id"], name="column_entry_order"),
                        Index(fields=["article_id", "column_id"], name="column_entry_article"),
                    ],
                    "table_description": "An article in a column. position: from 1, the first that is shown.",
                },
            ),
        ),
        ops.RunSQL([*told("article_column", "column_entry")]),
    ]
