"""The queue of flags, and the discounts that were confirmed."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check, one_of
from domain.engagement.rules import MAX_VALUE, Metric
from domain.inflation.flags import FlagKind
from domain.inflation.states import InflationState
from domain.posts.models import Post


class InflationFlag(Model):
    """What a rule found on a post, and what a person decided of it.

    bucket, bucket_hours: of what; 0 hours for a ratio, of all since publication.
    observed, low, high, score, inputs, rule_version: as in domain/inflation/flags.py.
    reason, decided_by, decided_at: of the decision; empty while it is OPEN.
    """

    post_id: int

    id = fields.BigIntField(primary_key=True)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "domain.Post", on_delete=fields.RESTRICT, related_name="inflation_flags"
    )
    kind = fields.CharEnumField(FlagKind, max_length=16)
    metric = fields.CharEnumField(Metric, max_length=16)
    bucket = fields.DatetimeField()
    bucket_hours = fields.IntField()
    observed = fields.FloatField()
    low = fields.FloatField()
    high = fields.FloatField()
    score = fields.FloatField()
    inputs: fields.Field[dict[str, Any]] = fields.JSONField()
    rule_version = fields.CharField(max_length=32)
    found_at = fields.DatetimeField()
    state = fields.CharEnumField(InflationState, max_length=16, default=InflationState.OPEN)
    reason = fields.CharField(max_length=500, default="")
    decided_by = fields.CharField(max_length=200, default="")
    decided_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "inflation_flag"
        indexes = (
            Index(fields=("state", "id"), name="inflation_flag_state"),
            Index(fields=("post_id", "id"), name="inflation_flag_post"),
        )
        constraints = (
            UniqueConstraint(
                fields=("post_id", "metric", "kind", "bucket", "bucket_hours"),
                name="inflation_flag_once",
            ),
            one_of("inflation_flag", "kind", FlagKind),
            one_of("inflation_flag", "metric", Metric),
            one_of("inflation_flag", "state", InflationState),
            check(
                "inflation_flag",
                "decided",
                "(state = 'OPEN') = (decided_at IS NULL) AND (state = 'OPEN') = (reason = '')",
            ),
        )


class EngagementDiscount(Model):
    """How much of a post's total a person holds to be bought. The database refuses to alter or
    delete it; no observation and no total is changed by it."""

    flag_id: int
    post_id: int

    id = fields.BigIntField(primary_key=True)
    flag: fields.OneToOneRelation[InflationFlag] = fields.OneToOneField(
        "domain.InflationFlag", on_delete=fields.RESTRICT, related_name="discount"
    )
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "domain.Post", on_delete=fields.RESTRICT, related_name="discounts"
    )
    metric = fields.CharEnumField(Metric, max_length=16)
    value = fields.BigIntField()
    reason = fields.CharField(max_length=500)
    confirmed_by = fields.CharField(max_length=200)
    confirmed_at = fields.DatetimeField()

    class Meta:
        table = "engagement_discount"
        indexes = (Index(fields=("post_id", "id"), name="engagement_discount_post"),)
        constraints = (
            one_of("engagement_discount", "metric", Metric),
            check("engagement_discount", "value", f"value BETWEEN 1 AND {MAX_VALUE}"),
            check("engagement_discount", "reasoned", "reason <> ''"),
        )
