"""The ledger. What is derived from it (engagement_total, engagement_daily, engagement_hourly) is
partitioned by kind of subject and written in SQL only: see migration 0004."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from domain.columns import check, one_of
from domain.deliveries.models import Delivery
from domain.engagement.rules import (
    MAX_VALUE,
    Basis,
    Bound,
    Finality,
    Metric,
    Population,
    Source,
    ValueKind,
)
from domain.partners.rules import Platform
from domain.posts.models import Post
from domain.pulling.models import RawAnswer


class Observation(Model):
    """One counter value as a source reported it. The database refuses to alter or delete it.

    observed_at: when the value held (CUMULATIVE) or was reported (INTERVAL).
    period_starts_at, period_ends_at: of an INTERVAL value, the end excluded.
    definition: what the platform counts, e.g. "weibo.reads/2013-03".
    post, raw_answer: no foreign keys; a trigger looks for all of a statement's at once.
    """

    id = fields.BigIntField(primary_key=True)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "domain.Post",
        on_delete=fields.RESTRICT,
        related_name="observations",
        db_constraint=False,
    )
    metric = fields.CharEnumField(Metric, max_length=16)
    value = fields.BigIntField()
    value_kind = fields.CharEnumField(ValueKind, max_length=16)
    observed_at = fields.DatetimeField()
    period_starts_at = fields.DatetimeField(null=True)
    period_ends_at = fields.DatetimeField(null=True)
    bound = fields.CharEnumField(Bound, max_length=16, default=Bound.EXACT)
    finality = fields.CharEnumField(Finality, max_length=16, default=Finality.FINAL)
    definition = fields.CharField(max_length=100)
    source = fields.CharEnumField(Source, max_length=16)
    raw_answer: fields.ForeignKeyNullableRelation[RawAnswer] = fields.ForeignKeyField(
        "domain.RawAnswer",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="observations",
        db_constraint=False,
    )
    delivery: fields.ForeignKeyNullableRelation[Delivery] = fields.ForeignKeyField(
        "domain.Delivery", null=True, on_delete=fields.RESTRICT, related_name="observations"
    )
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "observation"
        constraints = (
            one_of("observation", "metric", Metric),
            one_of("observation", "value_kind", ValueKind),
            one_of("observation", "bound", Bound),
            one_of("observation", "finality", Finality),
            one_of("observation", "source", Source),
            check("observation", "value", f"value BETWEEN 0 AND {MAX_VALUE}"),
            check(
                "observation",
                "period",
                "CASE value_kind"
                " WHEN 'INTERVAL' THEN coalesce(period_ends_at > period_starts_at, FALSE)"
                " ELSE period_starts_at IS NULL AND period_ends_at IS NULL END",
            ),
        )


class MetricDefinition(Model):
    """What a platform counts under one metric: domain/engagement/definitions, as a table.

    `./xinfeng migrate` keeps it equal to the files; see Definition there for the fields.
    """

    code = fields.CharField(max_length=100, primary_key=True)
    platform = fields.CharEnumField(Platform, max_length=16)
    metric = fields.CharEnumField(Metric, max_length=16)
    population = fields.CharEnumField(Population, max_length=16)
    basis = fields.CharEnumField(Basis, max_length=16)
    counts = fields.TextField()
    source = fields.TextField()
    valid_from = fields.DateField(null=True)
    valid_until = fields.DateField(null=True)
    by_name_only = fields.BooleanField()
    counts_reposts = fields.BooleanField()
    rounds_to = fields.BigIntField(null=True)
    newest_for_hours = fields.IntField(db_default=0)
    notes = fields.TextField()

    class Meta:
        table = "metric_definition"
        constraints = (
            one_of("metric_definition", "platform", Platform),
            one_of("metric_definition", "metric", Metric),
            one_of("metric_definition", "population", Population),
            one_of("metric_definition", "basis", Basis),
        )
