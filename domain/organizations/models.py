"""The tree of organizations."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.indexes import GistIndex
from tortoise.indexes import Index
from tortoise.models import Model

from domain.columns import check, one_of
from domain.fields import LtreeField
from domain.organizations.rules import OrganizationKind


class Organization(Model):
    """A node: centre, branch, point, base, media centre or agency. Everybody may see it.

    path: ids from the root to this node; a trigger writes it and refuses a cycle.
    library_quota: how many bytes its own library may hold; empty: as many as there is room for.
    """

    parent_id: int | None

    id = fields.BigIntField(primary_key=True)
    parent: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", null=True, on_delete=fields.RESTRICT, related_name="children"
    )
    kind = fields.CharEnumField(OrganizationKind, max_length=16)
    name = fields.CharField(max_length=200)
    path = LtreeField()
    library_quota = fields.BigIntField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "organization"
        indexes = (
            GistIndex(fields=("path",), name="organization_path"),
            Index(fields=("parent_id", "id"), name="organization_parent"),
            Index(fields=("kind", "id"), name="organization_kind"),
            Index(fields=("name", "id"), name="organization_name"),
        )
        constraints = (
            one_of("organization", "kind", OrganizationKind),
            check("organization", "named", "name <> ''"),
            check("organization", "library_quota", "library_quota >= 0"),
        )
