"""Articles that editors set apart in a list."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check, one_of
from domain.highlights.rules import HighlightKind


class ArticleHighlight(Model):
    """An article is pinned, or featured, for a while.

    starts_at, ends_at: its period, ends_at excluded; none: until it is ended. setter: who set it
    last.
    """

    article_id: int

    id = fields.BigIntField(primary_key=True)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.RESTRICT, related_name="highlights"
    )
    kind = fields.CharEnumField(HighlightKind, max_length=16)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    setter = fields.CharField(max_length=200)
    set_at = fields.DatetimeField()

    class Meta:
        table = "article_highlight"
        constraints = (
            UniqueConstraint(fields=("article_id", "kind"), name="article_highlight_once"),
            one_of("article_highlight", "kind", HighlightKind),
            check("article_highlight", "period", "ends_at > starts_at"),
        )
