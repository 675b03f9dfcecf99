"""Columns 专题: what an organization gathers about one subject."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check
from domain.organizations.models import Organization


class ArticleColumn(Model):
    """A column, in the graph `Column`.

    slug: its name in addresses, one of all. is_closed: nothing more comes into it.
    """

    organization_id: int

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="columns"
    )
    slug = fields.CharField(max_length=64)
    title = fields.CharField(max_length=100)
    summary = fields.CharField(max_length=1000, default="")
    is_closed = fields.BooleanField(default=False)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "article_column"
        indexes = (Index(fields=("organization_id", "id"), name="article_column_organization"),)
        constraints = (
            UniqueConstraint(fields=("slug",), name="article_column_slug"),
            check("article_column", "titled", "title <> ''"),
        )


class ColumnEntry(Model):
    """An article in a column. position: from 1, the first that is shown."""

    column_id: int
    article_id: int

    id = fields.BigIntField(primary_key=True)
    column: fields.ForeignKeyRelation[ArticleColumn] = fields.ForeignKeyField(
        "domain.ArticleColumn", on_delete=fields.CASCADE, related_name="entries"
    )
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.CASCADE, related_name="columns"
    )
    position = fields.BigIntField()

    class Meta:
        table = "column_entry"
        indexes = (
            Index(fields=("column_id", "position", "article_id"), name="column_entry_order"),
            Index(fields=("article_id", "column_id"), name="column_entry_article"),
        )
        constraints = (
            UniqueConstraint(fields=("column_id", "article_id"), name="column_entry_once"),
            check("column_entry", "placed", "position > 0"),
        )
