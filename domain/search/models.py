"""The list of synonyms. What can be found stands in search_entry, which is derived and has no
model: see domain/search/vectors.py."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from domain.columns import check
from domain.fields import TsqueryField


class SearchSynonym(Model):
    """A word, and what whoever searches for it is shown too; kept by administrators.

    target, substitute: the same as tsqueries, for PostgreSQL's ts_rewrite.
    """

    id = fields.BigIntField(primary_key=True)
    word = fields.CharField(max_length=64, unique=True)
    synonyms: fields.Field[list[str]] = ArrayField(element_type="text")
    target = TsqueryField()
    substitute = TsqueryField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "search_synonym"
        constraints = (check("search_synonym", "has_some", "cardinality(synonyms) > 0"),)
