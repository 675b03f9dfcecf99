"""The queue of flags, and the discounts that were confirmed: only ever appended to."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.engagement.rules import Metric
from domain.inflation.flags import FlagKind
from domain.inflation.states import InflationState
from domain.tables import CreateTables, append_only


class Migration(migrations.Migration):
    dependencies = [("domain", "0014_staleness")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="InflationFlag",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "post",
                        fields.ForeignKeyField(
                            "domain.Post",
                            source_field="post_id",
                            related_name="inflation_flags",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=FlagKind, max_length=16)),
                    ("metric", fields.CharEnumField(enum_type=Metric, max_length=16)),
                    ("bucket", fields.DatetimeField()),
                    ("bucket_hours", fields.IntField()),
                    ("observed", fields.FloatField()),
                    ("low", fields.FloatField()),
                    ("high", fields.FloatField()),
                    ("score", fields.FloatField()),
                    ("inputs", fields.JSONField()),
                    ("rule_version", fields.CharField(max_length=32)),
                    ("found_at", fields.DatetimeField()),
                    (
                        "state",
                        fields.CharEnumField(
                            enum_type=InflationState, default=InflationState.OPEN, max_length=16
                        ),
                    ),
                    ("reason", fields.CharField(default="", max_length=500)),
                    ("decided_by", fields.CharField(default="", max_length=200)),
                    ("decided_at", fields.DatetimeField(null=True)),
                    ("version", fields.IntField(default=1)),
                ],
                options={
                    "table": "inflation_flag",
                    "constraints": [
                        UniqueConstraint(
                            fields=("post_id", "metric", "kind", "bucket", "bucket_hours"),
                            name="inflation_flag_once",
                        ),
                        CheckConstraint(
                            check="kind IN ('GAIN_LEVEL', 'GAIN_JUMP', 'LASTING_STEP', 'RATIO')",
                            name="inflation_flag_kind_known",
                        ),
                        CheckConstraint(
                            check="metric IN ('READS', 'LIKES', 'COMMENTS', 'SHARES')",
                            name="inflation_flag_metric_known",
                        ),
                        CheckConstraint(
                            check="state IN ('OPEN', 'CONFIRMED', 'DISMISSED')",
                            name="inflation_flag_state_known",
                        ),
                        CheckConstraint(
                            check="(state = 'OPEN') = (decided_at IS NULL) AND (state = 'OPEN') = (reason = '')",
                            name="inflation_flag_decided",
                        ),
                    ],
                    "indexes": [
                        Index(fields=["state", "id"], name="inflation_flag_state"),
                        Index(fields=["post_id", "id"], name="inflation_flag_post"),
                    ],
                    "table_description": "What a rule found on a post, and what a person decided of it.",
                },
            ),
            ops.CreateModel(
                name="EngagementDiscount",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "flag",
                        fields.OneToOneField(
                            "domain.InflationFlag",
                            source_field="flag_id",
                            related_name="discount",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "post",
                        fields.ForeignKeyField(
                            "domain.Post",
                            source_field="post_id",
                            related_name="discounts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("metric", fields.CharEnumField(enum_type=Metric, max_length=16)),
                    ("value", fields.BigIntField()),
                    ("reason", fields.CharField(max_length=500)),
                    ("confirmed_by", fields.CharField(max_length=200)),
                    ("confirmed_at", fields.DatetimeField()),
                ],
                options={
                    "table": "engagement_discount",
                    "constraints": [
                        CheckConstraint(
                            check="metric IN ('READS', 'LIKES', 'COMMENTS', 'SHARES')",
                            name="engagement_discount_metric_known",
                        ),
                        CheckConstraint(
                            check="value BETWEEN 1 AND 10000000000000", name="engagement_discount_value"
                        ),
                        CheckConstraint(check="reason <> ''", name="engagement_discount_reasoned"),
                    ],
                    "indexes": [
                        Index(fields=["post_id", "id"], name="engagement_discount_post"),
                    ],
                    "table_description": "How much of a post's total a person holds to be bought. The database refuses to alter or",
                },
            ),
        ),
        ops.RunSQL(append_only("engagement_discount", "append_only")),
    ]
