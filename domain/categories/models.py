"""The tree of categories under which articles are filed."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.indexes import GistIndex
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check
from domain.fields import LtreeField


class Category(Model):
    """A node: one tree for the whole network, seen by everybody.

    slug: its name in addresses, one of all. position: its place among those beside it, from 1.
    path: ids from the root to this node; a trigger writes it and refuses a cycle.
    """

    parent_id: int | None

    id = fields.BigIntField(primary_key=True)
    parent: fields.ForeignKeyNullableRelation[Category] = fields.ForeignKeyField(
        "domain.Category", null=True, on_delete=fields.RESTRICT, related_name="children"
    )
    name = fields.CharField(max_length=64)
    slug = fields.CharField(max_length=64)
    position = fields.BigIntField()
    path = LtreeField()
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "category"
        indexes = (
            GistIndex(fields=("path",), name="category_path"),
            Index(fields=("parent_id", "position", "id"), name="category_parent"),
            Index(fields=("position", "id"), name="category_position"),
            Index(fields=("name", "id"), name="category_name"),
        )
        constraints = (
            UniqueConstraint(fields=("slug",), name="category_slug"),
            check("category", "named", "name <> ''"),
            check("category", "slugged", "slug ~ '^[^[:space:]/?#]+$'"),
            check("category", "placed", "position > 0"),
        )
