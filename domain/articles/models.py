"""What a media centre publishes, and every state it was ever saved in."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.rules import ArticleStatus
from domain.categories.models import Category
from domain.columns import check, one_of
from domain.organizations.models import Organization
from domain.people.models import Person

NO_TEXTS = SqlDefault("'{}'")
NO_ITEMS = SqlDefault("'[]'")
CHINESE = "zh-CN"


class Article(Model):
    """One article: what of it is public or, where nothing is, its newest draft.

    blocks: its body; plain_text and body, HTML sanitised before it is stored, are made of it.
    cover: global id of an image. language: BCP 47. credits: [{role, name}], who else took part.
    source, source_url: whom it was taken from. corrections: [{at, text}], what readers are told.
    head_number: of its newest revision. public_number: of the one that is public, if one is.
    version: grows with every change; public_version: what it was at the last one that was public.
    source_published_at: when it was first published where it was taken from.
    published_at: set once it has ever been published, to when it first was, here or where it was
    taken from; kept when it is withdrawn. published_here_at: when it first went public here.
    listed_at: where it stands in a list by time: published_at, else created_at.
    """

    author_id: int
    category_id: int | None
    organization_id: int

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=200, unique=True)
    title = fields.CharField(max_length=300)
    summary = fields.CharField(max_length=1000, default="")
    subtitle = fields.CharField(max_length=300, default="", db_default="")
    body = fields.TextField(default="")
    blocks: fields.Field[list[dict[str, Any]]] = fields.JSONField(default=list, db_default=NO_ITEMS)
    plain_text = fields.TextField(default="", db_default="")
    cover = fields.CharField(max_length=64, null=True)
    language = fields.CharField(max_length=35, default=CHINESE, db_default=CHINESE)
    keywords: fields.Field[list[str]] = ArrayField(
        element_type="text", default=list, db_default=NO_TEXTS
    )
    source = fields.CharField(max_length=200, default="", db_default="")
    source_url = fields.CharField(max_length=2000, default="", db_default="")
    credits: fields.Field[list[dict[str, str]]] = fields.JSONField(
        default=list, db_default=NO_ITEMS
    )
    share_title = fields.CharField(max_length=300, default="", db_default="")
    share_summary = fields.CharField(max_length=1000, default="", db_default="")
    corrections: fields.Field[list[dict[str, str]]] = fields.JSONField(
        default=list, db_default=NO_ITEMS
    )
    head_number = fields.IntField(default=1, db_default=1)
    public_number = fields.IntField(null=True)
    category: fields.ForeignKeyNullableRelation[Category] = fields.ForeignKeyField(
        "domain.Category", null=True, on_delete=fields.RESTRICT, related_name="articles"
    )
    tags: fields.Field[list[str]] = ArrayField(element_type="text", default=list)
    status = fields.CharEnumField(ArticleStatus, max_length=16, default=ArticleStatus.DRAFT)
    author: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "domain.Person", on_delete=fields.RESTRICT, related_name="articles"
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="articles"
    )
    source_published_at = fields.DatetimeField(null=True)
    published_at = fields.DatetimeField(null=True)
    published_here_at = fields.DatetimeField(null=True)
    listed_at = fields.DatetimeField()
    version = fields.IntField(default=1)
    public_version = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "article"
        indexes = (
            Index(fields=("listed_at", "id"), name="article_listed"),
            Index(fields=("status", "listed_at", "id"), name="article_status"),
            Index(fields=("organization_id", "listed_at", "id"), name="article_organization"),
            Index(fields=("author_id", "listed_at", "id"), name="article_author"),
            Index(fields=("category_id",), name="article_category"),
            GinIndex(fields=("tags",), name="article_tags"),
        )
        constraints = (
            UniqueConstraint(fields=("id", "organization_id"), name="article_id_organization"),
            one_of("article", "status", ArticleStatus),
            check("article", "titled", "title <> ''"),
            check("article", "slugged", "slug ~ '^[^[:space:]/?#]+$'"),
            check("article", "listed", "listed_at = coalesce(published_at, created_at)"),
            check("article", "published", "status = 'DRAFT' OR published_at IS NOT NULL"),
            check("article", "published_here", "published_at <= published_here_at"),
            check("article", "revised", "public_number <= head_number"),
            check("article", "public", "(status = 'PUBLISHED') = (public_number IS NOT NULL)"),
        )


class ArticleRevision(Model):
    """An article as it was saved once: all of it. The database refuses to alter one.

    number: 1, 2, 3 … within the article. content: the columns of the article that domain/articles/
    content.py names, by name. actor_id: who saved it, e.g. "User:3", empty for the system.
    """

    article_id: int

    id = fields.BigIntField(primary_key=True)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.RESTRICT, related_name="revisions"
    )
    number = fields.IntField()
    content: fields.Field[dict[str, Any]] = fields.JSONField()
    body = fields.TextField()
    plain_text = fields.TextField()
    actor_id = fields.CharField(max_length=64, default="")
    actor = fields.CharField(max_length=200)
    reason = fields.CharField(max_length=500, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "article_revision"
        constraints = (
            UniqueConstraint(fields=("article_id", "number"), name="article_revision_number"),
            check("article_revision", "counted", "number > 0"),
        )


class RevisionName(Model):
    """What a revision is called by its editors; beside it, as it may be called otherwise."""

    revision_id: int

    revision: fields.OneToOneRelation[ArticleRevision] = fields.OneToOneField(
        "domain.ArticleRevision",
        on_delete=fields.RESTRICT,
        related_name="naming",
        primary_key=True,
    )
    name = fields.CharField(max_length=100)
    named_at = fields.DatetimeField()

    class Meta:
        table = "revision_name"


class ArticleEditing(Model):
    """That somebody edits an article. seen_at: when they last said so. block: where in it."""

    id = fields.BigIntField(primary_key=True)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.CASCADE, related_name="editing"
    )
    actor_id = fields.CharField(max_length=64)
    actor = fields.CharField(max_length=200)
    block = fields.CharField(max_length=40, default="")
    since = fields.DatetimeField()
    seen_at = fields.DatetimeField()

    class Meta:
        table = "article_editing"
        indexes = (Index(fields=("seen_at",), name="article_editing_seen"),)
        constraints = (
            UniqueConstraint(fields=("article_id", "actor_id"), name="article_editing_once"),
        )
