"""What was taken from which source, so that it is taken once."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check


class ArticleImport(Model):
    """An article that came from elsewhere. source: what the importer calls it, e.g. a feed's
    address. source_id: the article's name there. sha256: of what was read, so that a change is
    seen."""

    article_id: int

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(max_length=300)
    source_id = fields.CharField(max_length=1000)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.CASCADE, related_name="imports"
    )
    sha256 = fields.CharField(max_length=64)
    imported_at = fields.DatetimeField()

    class Meta:
        table = "article_import"
        constraints = (
            UniqueConstraint(fields=("source", "source_id"), name="article_import_once"),
            check("article_import", "named", "source <> '' AND source_id <> ''"),
        )
