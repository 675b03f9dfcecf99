"""The media library, and which articles use what.

A file is public while a published article shows it: written on it by the database's own hand, whoever
changes an article or what it uses. It locks the file's row before it looks, so that of two who change
uses of one file the second sees what the first did.
"""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.media.rules import MediaKind, MediaState, RenditionFormat
from domain.tables import CreateTables, told

EXPOSING = [
    """
    CREATE FUNCTION media_expose(number bigint) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM media WHERE id = number FOR NO KEY UPDATE;
        UPDATE media m SET is_public = used.publicly FROM (
            SELECT EXISTS (
                SELECT FROM article_media u JOIN article a ON a.id = u.article_id
                WHERE u.media_id = number AND u.in_public AND a.status = 'PUBLISHED'
            ) AS publicly
        ) used WHERE m.id = number AND m.is_public <> used.publicly;
    END $$
    """,
    """
    CREATE FUNCTION article_media_expose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM media_expose(coalesce(NEW.media_id, OLD.media_id));
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION article_expose_media() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM media_expose(media_id) FROM (
            SELECT media_id FROM article_media WHERE article_id = NEW.id AND in_public
            ORDER BY media_id
        ) used;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER article_media_expose AFTER INSERT OR UPDATE OF in_public OR DELETE"
    " ON article_media FOR EACH ROW EXECUTE FUNCTION article_media_expose()",
    "CREATE TRIGGER article_expose_media AFTER UPDATE OF status ON article"
    " FOR EACH ROW WHEN ((OLD.status = 'PUBLISHED') <> (NEW.status = 'PUBLISHED'))"
    " EXECUTE FUNCTION article_expose_media()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0007_articles")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Media",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="media",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=MediaKind, max_length=16)),
                    ("mime", fields.CharField(max_length=100)),
                    ("name", fields.CharField(max_length=200)),
                    ("sha256", fields.CharField(max_length=64)),
                    ("size", fields.BigIntField()),
                    ("width", fields.IntField(null=True)),
                    ("height", fields.IntField(null=True)),
                    ("alt", fields.CharField(default="", max_length=500)),
                    ("caption", fields.CharField(default="", max_length=1000)),
                    ("credit", fields.CharField(default="", max_length=200)),
                    ("licence", fields.CharField(default="", max_length=200)),
                    ("state", fields.CharEnumField(enum_type=MediaState, max_length=16)),
                    ("why", fields.CharField(default="", max_length=300)),
                    ("attempts", fields.IntField(default=0)),
                    ("due_at", fields.DatetimeField(null=True)),
                    ("look", fields.BigIntField(null=True)),
                    ("bands", ArrayField(default=list, element_type="INT")),
                    ("is_public", fields.BooleanField(db_default=False)),
                    ("uploaded_by", fields.CharField(max_length=200)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                    ("updated_at", fields.DatetimeField()),
                ],
                options={
                    "table": "media",
                    "constraints": [
                        UniqueConstraint(fields=("organization_id", "sha256"), name="media_once"),
                        CheckConstraint(
                            check="kind IN ('IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT')", name="media_kind_known"
                        ),
                        CheckConstraint(
                            check="state IN ('RENDERING', 'READY', 'BROKEN')", name="media_state_known"
                        ),
                        CheckConstraint(check="sha256 ~ '^[0-9a-f]{64}$'", name="media_hashed"),
                        CheckConstraint(check="size > 0", name="media_sized"),
                        CheckConstraint(
                            check="(kind = 'IMAGE') = (width IS NOT NULL AND height IS NOT NULL)",
                            name="media_seen",
                        ),
                        CheckConstraint(
                            check="(state = 'RENDERING') = (due_at IS NOT NULL)", name="media_waits"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["sha256"], name="media_content"),
                        Index(fields=["organization_id", "id"], name="media_organization"),
                        Index(fields=["kind", "id"], name="media_kind"),
                        Index(fields=["due_at"], name="media_due"),
                        GinIndex(fields=["bands"], name="media_bands"),
                    ],
                    "table_description": "One file of an organization's library. The same content is one row there; at another",
                },
            ),
            ops.CreateModel(
                name="MediaRendition",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "media",
                        fields.ForeignKeyField(
                            "domain.Media",
                            source_field="media_id",
                            related_name="renditions",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("format", fields.CharEnumField(enum_type=RenditionFormat, max_length=8)),
                    ("width", fields.IntField()),
                    ("height", fields.IntField()),
                    ("size", fields.BigIntField()),
                ],
                options={
                    "table": "media_rendition",
                    "constraints": [
                        UniqueConstraint(fields=("media_id", "width", "format"), name="media_rendition_once"),
                        CheckConstraint(
                            check="format IN ('AVIF', 'WEBP', 'JPEG')", name="media_rendition_format_known"
                        ),
                    ],
                    "table_description": "A picture in one size and format, without what its camera wrote into it. size: in bytes.",
                },
            ),
            ops.CreateModel(
                name="ArticleMedia",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="media_uses",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    (
                        "media",
                        fields.ForeignKeyField(
                            "domain.Media",
                            source_field="media_id",
                            related_name="uses",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("in_public", fields.BooleanField()),
                    ("in_newest", fields.BooleanField()),
                ],
                options={
                    "table": "article_media",
                    "constraints": [
                        UniqueConstraint(fields=("article_id", "media_id"), name="article_media_once"),
                    ],
                    "indexes": [
                        Index(fields=["media_id", "article_id"], name="article_media_used"),
                    ],
                    "table_description": "That an article uses a file in one of its revisions: in_public, in the one that is, or would",
                },
            ),
        ),
        ops.RunSQL([*EXPOSING, *told("media", "media_rendition", "article_media")]),
    ]
