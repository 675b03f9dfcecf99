"""The tree of volunteer teams."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.indexes import GistIndex
from tortoise.indexes import Index
from tortoise.models import Model

from domain.columns import check, one_of
from domain.fields import LtreeField
from domain.organizations.models import Organization
from domain.teams.rules import TeamKind


class Team(Model):
    """A node of the corps (总队, 支队, 中队, 小队, group, lecture group). Everybody may see it.

    organization: the organization it serves, where it serves one.
    path: ids from the root to this node; a trigger writes it and refuses a cycle.
    """

    id = fields.BigIntField(primary_key=True)
    parent: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        "domain.Team", null=True, on_delete=fields.RESTRICT, related_name="children"
    )
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", null=True, on_delete=fields.RESTRICT, related_name="teams"
    )
    kind = fields.CharEnumField(TeamKind, max_length=16)
    name = fields.CharField(max_length=200)
    path = LtreeField()
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "team"
        indexes = (
            GistIndex(fields=("path",), name="team_path"),
            Index(fields=("parent_id", "id"), name="team_parent"),
            Index(fields=("kind", "id"), name="team_kind"),
            Index(fields=("organization_id", "id"), name="team_organization"),
        )
        constraints = (
            one_of("team", "kind", TeamKind),
            check("team", "named", "name <> ''"),
        )
