"""Links to previews of articles."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check


class PreviewLink(Model):
    """A link that shows one revision of an article to whoever has it.

    Only the SHA-256 of its secret is kept. recipient: for whom it is. maker_id, maker: who made it,
    e.g. "User:3", empty for the system: it opens while they see the draft themselves. uses,
    used_at: how often its page was opened, and when last.
    """

    article_id: int

    id = fields.BigIntField(primary_key=True)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.RESTRICT, related_name="preview_links"
    )
    revision = fields.IntField()
    recipient = fields.CharField(max_length=100)
    sha256 = fields.BinaryField()
    maker_id = fields.CharField(max_length=64, default="")
    maker = fields.CharField(max_length=200)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    revoked_by = fields.CharField(max_length=200, default="")
    uses = fields.IntField(default=0)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "preview_link"
        indexes = (Index(fields=("article_id", "id"), name="preview_link_article"),)
        constraints = (
            UniqueConstraint(fields=("sha256",), name="preview_link_known"),
            check("preview_link", "hashed", "octet_length(sha256) = 32"),
            check("preview_link", "period", "expires_at > created_at"),
            check("preview_link", "revoked", "(revoked_at IS NULL) = (revoked_by = '')"),
            check("preview_link", "used", "(uses = 0) = (used_at IS NULL)"),
        )
