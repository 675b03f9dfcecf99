"""Fronts: what editors put where on the pages of an app."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check
from domain.organizations.models import Organization


class Front(Model):
    """A list that editors curate. name: by which an app asks for it, one of each organization."""

    organization_id: int

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="fronts"
    )
    name = fields.CharField(max_length=64)
    title = fields.CharField(max_length=100)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "front"
        constraints = (
            UniqueConstraint(fields=("organization_id", "name"), name="front_known"),
            check("front", "named", "name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),
        )


class FrontEntry(Model):
    """An article in a slot of a front. starts_at, ends_at: its period, ends_at excluded."""

    front_id: int
    article_id: int

    id = fields.BigIntField(primary_key=True)
    front: fields.ForeignKeyRelation[Front] = fields.ForeignKeyField(
        "domain.Front", on_delete=fields.CASCADE, related_name="entries"
    )
    slot = fields.IntField()
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.RESTRICT, related_name="fronts"
    )
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)

    class Meta:
        table = "front_entry"
        indexes = (
            Index(fields=("front_id", "slot", "id"), name="front_entry_front"),
            Index(fields=("article_id",), name="front_entry_article"),
        )
        constraints = (
            check("front_entry", "slot", "slot BETWEEN 1 AND 100"),
            check("front_entry", "period", "ends_at > starts_at"),
        )
