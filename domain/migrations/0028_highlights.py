"""Articles that editors pin or feature."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.highlights.rules import HighlightKind
from domain.tables import CreateTables, told


class Migration(migrations.Migration):
    dependencies = [("domain", "0027_media_lists")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="ArticleHighlight",
                fields=[
                    (
                        "id",
                        fields.BigIntField(
                            generated=True, primary_key=True, unique=True, db_index=True
                        ),
                    ),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="highlights",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=HighlightKind, max_length=16)),
                    ("starts_at", fields.DatetimeField()),
                    ("ends_at", fields.DatetimeField(null=True)),
                    ("setter", fields.CharField(max_length=200)),
                    ("set_at", fields.DatetimeField()),
                ],
                options={
                    "table": "article_highlight",
                    "constraints": [
                        UniqueConstraint(
                            fields=("article_id", "kind"), name="article_highlight_once"
                        ),
                        CheckConstraint(
                            check="kind IN ('PINNED', 'FEATURED')",
                            name="article_highlight_kind_known",
                        ),
                        CheckConstraint(
                            check="ends_at > starts_at", name="article_highlight_period"
                        ),
                    ],
                    "table_description": "An article is pinned, or featured, for a while.",
                },
            ),
        ),
        ops.RunSQL(told("article_highlight")),
    ]
