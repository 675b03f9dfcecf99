"""Files of the library, the sizes pictures are shown in, and which articles use them."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check, one_of
from domain.media.rules import MediaKind, MediaState, RenditionFormat
from domain.organizations.models import Organization


class Media(Model):
    """One file of an organization's library. The same content is one row there; at another
    organization it is another row, on the same file in the store.

    sha256: of the content, 64 hexadecimal digits. size: in bytes. width, height: of a picture as it
    is to be seen, turned as its camera says.
    look: a perceptual hash of a picture, 64 bits; bands: of it, by which alike ones are found.
    is_public: whether a published article uses it; is_used: whether any does, in any revision;
    both kept by the database's own hand. (Beside these stands `letters`: see migration 0027.)
    due_at: when a worker makes its renditions; null when there is nothing to make.
    why: what is wrong with a BROKEN one.
    """

    organization_id: int

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="media"
    )
    kind = fields.CharEnumField(MediaKind, max_length=16)
    mime = fields.CharField(max_length=100)
    name = fields.CharField(max_length=200)
    sha256 = fields.CharField(max_length=64)
    size = fields.BigIntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    alt = fields.CharField(max_length=500, default="")
    caption = fields.CharField(max_length=1000, default="")
    credit = fields.CharField(max_length=200, default="")
    licence = fields.CharField(max_length=200, default="")
    state = fields.CharEnumField(MediaState, max_length=16)
    why = fields.CharField(max_length=300, default="")
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField(null=True)
    look = fields.BigIntField(null=True)
    bands: fields.Field[list[int]] = ArrayField(element_type="int", default=list)
    is_public = fields.BooleanField(db_default=False)
    is_used = fields.BooleanField(db_default=False)
    uploaded_by = fields.CharField(max_length=200)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "media"
        indexes = (
            Index(fields=("sha256",), name="media_content"),
            Index(fields=("organization_id", "id"), name="media_organization"),
            Index(fields=("kind", "id"), name="media_kind"),
            Index(fields=("due_at",), name="media_due"),
            Index(fields=("is_used", "id"), name="media_used"),
            GinIndex(fields=("bands",), name="media_bands"),
        )
        constraints = (
            UniqueConstraint(fields=("organization_id", "sha256"), name="media_once"),
            one_of("media", "kind", MediaKind),
            one_of("media", "state", MediaState),
            check("media", "hashed", "sha256 ~ '^[0-9a-f]{64}$'"),
            check("media", "sized", "size > 0"),
            check("media", "seen", "(kind = 'IMAGE') = (width IS NOT NULL AND height IS NOT NULL)"),
            check("media", "waits", "(state = 'RENDERING') = (due_at IS NOT NULL)"),
        )


class MediaRendition(Model):
    """A picture in one size and format, without what its camera wrote into it. size: in bytes."""

    media_id: int

    id = fields.BigIntField(primary_key=True)
    media: fields.ForeignKeyRelation[Media] = fields.ForeignKeyField(
        "domain.Media", on_delete=fields.CASCADE, related_name="renditions"
    )
    format = fields.CharEnumField(RenditionFormat, max_length=8)
    width = fields.IntField()
    height = fields.IntField()
    size = fields.BigIntField()

    class Meta:
        table = "media_rendition"
        constraints = (
            UniqueConstraint(fields=("media_id", "width", "format"), name="media_rendition_once"),
            one_of("media_rendition", "format", RenditionFormat),
        )


class ArticleMedia(Model):
    """That an article uses a file in one of its revisions: in_public, in the one that is, or would
    be, public; in_newest, in its newest; with neither only in an older one, which may be restored.
    """

    article_id: int
    media_id: int

    id = fields.BigIntField(primary_key=True)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.CASCADE, related_name="media_uses"
    )
    media: fields.ForeignKeyRelation[Media] = fields.ForeignKeyField(
        "domain.Media", on_delete=fields.RESTRICT, related_name="uses"
    )
    in_public = fields.BooleanField()
    in_newest = fields.BooleanField()

    class Meta:
        table = "article_media"
        indexes = (Index(fields=("media_id", "article_id"), name="article_media_used"),)
        constraints = (
            UniqueConstraint(fields=("article_id", "media_id"), name="article_media_once"),
        )
