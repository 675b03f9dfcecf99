"""What a media centre publishes."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.rules import ArticleStatus
from domain.columns import check, one_of
from domain.organizations.models import Organization
from domain.people.models import Person


class Article(Model):
    """One article.

    body: HTML, sanitised before it is stored.
    published_at: set once it has ever been published; kept when it is withdrawn.
    listed_at: where it stands in a list by time: published_at, else created_at.
    """

    organization_id: int

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=200, unique=True)
    title = fields.CharField(max_length=300)
    summary = fields.CharField(max_length=1000, default="")
    body = fields.TextField(default="")
    category = fields.CharField(max_length=64, default="")
    tags: fields.Field[list[str]] = ArrayField(element_type="text", default=list)
    status = fields.CharEnumField(ArticleStatus, max_length=16, default=ArticleStatus.DRAFT)
    author: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "domain.Person", on_delete=fields.RESTRICT, related_name="articles"
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="articles"
    )
    published_at = fields.DatetimeField(null=True)
    listed_at = fields.DatetimeField()
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "article"
        indexes = (
            Index(fields=("listed_at", "id"), name="article_listed"),
            Index(fields=("status", "listed_at", "id"), name="article_status"),
            Index(fields=("organization_id", "listed_at", "id"), name="article_organization"),
            Index(fields=("author_id", "listed_at", "id"), name="article_author"),
            Index(fields=("category", "listed_at", "id"), name="article_category"),
            GinIndex(fields=("tags",), name="article_tags"),
        )
        constraints = (
            UniqueConstraint(fields=("id", "organization_id"), name="article_id_organization"),
            one_of("article", "status", ArticleStatus),
            check("article", "titled", "title <> ''"),
            check("article", "slugged", "slug ~ '^[^[:space:]/?#]+$'"),
            check("article", "listed", "listed_at = coalesce(published_at, created_at)"),
            check("article", "published", "status = 'DRAFT' OR published_at IS NOT NULL"),
        )
