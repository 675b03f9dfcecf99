"""Online volunteer campaigns 网上志愿服务活动."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.columns import check
from domain.organizations.models import Organization


class Campaign(Model):
    """A campaign: for a period, by an organization, towards a goal.

    starts_at, ends_at: the period, ends_at excluded.
    goal_reads: the reads it aims for; empty when it aims for none.
    """

    id = fields.BigIntField(primary_key=True)
    title = fields.CharField(max_length=300)
    summary = fields.CharField(max_length=1000, default="")
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="campaigns"
    )
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    goal_reads = fields.BigIntField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "campaign"
        indexes = (
            Index(fields=("starts_at", "id"), name="campaign_starts"),
            Index(fields=("organization_id", "starts_at", "id"), name="campaign_organization"),
        )
        constraints = (
            check("campaign", "titled", "title <> ''"),
            check("campaign", "period", "ends_at > starts_at"),
            check("campaign", "goal", "goal_reads > 0"),
        )
