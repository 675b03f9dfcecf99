"""The ledger: observations, and what brought them. The models say what a row is; the parts, and what
an observation refers to, are made by 0011.

A delivery may be written after its observations, in one transaction, because it holds the answer that
only they give. The memory of pushes stands apart from it, as it ends. What the platforms answered
expires: raw_body keeps its hash when its body is gone, and received_at tells when the body was last
given.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.engagement.rules import Bound, Finality, Metric, Source, ValueKind
from domain.partners.rules import Platform
from domain.tables import CreateTables, append_only

STATEMENTS = [
    "CREATE UNIQUE INDEX raw_body_once ON raw_body (sha256)",
    "CREATE INDEX raw_body_kept ON raw_body (received_at) WHERE body IS NOT NULL",
    append_only("delivery"),
    append_only("restatement"),
    # For each row: an account that was never asked may go, and nothing of it is then deleted here.
    "CREATE TRIGGER raw_answer_append_only BEFORE UPDATE OR DELETE ON raw_answer"
    " FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER raw_answer_kept BEFORE TRUNCATE ON raw_answer"
    " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0009_posts")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Delivery",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "partner",
                        fields.ForeignKeyField(
                            "domain.Partner",
                            source_field="partner_id",
                            related_name="deliveries",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("source", fields.CharEnumField(enum_type=Source, db_default=Source.PUSH, max_length=16)),
                    ("webhook_id", fields.CharField(max_length=200)),
                    ("payload_sha256", fields.BinaryField()),
                    ("items", fields.IntField(db_default=0)),
                    ("accepted", fields.IntField(db_default=0)),
                    ("duplicates", fields.IntField(db_default=0)),
                    ("restated", fields.IntField(db_default=0)),
                    ("registered", fields.JSONField(null=True)),
                    ("rejected", fields.JSONField()),
                    ("received_at", fields.DatetimeField()),
                    ("request_id", fields.CharField(db_default="", max_length=64)),
                ],
                options={
                    "table": "delivery",
                    "constraints": [
                        CheckConstraint(check="webhook_id <> ''", name="delivery_identified"),
                        CheckConstraint(check="octet_length(payload_sha256) = 32", name="delivery_hashed"),
                        CheckConstraint(check="source IN ('PUSH', 'CSV')", name="delivery_source_known"),
                        CheckConstraint(
                            check="restated BETWEEN 0 AND accepted", name="delivery_restated_known"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["partner_id", "id"], name="delivery_partner"),
                        Index(fields=["partner_id", "webhook_id", "id"], name="delivery_webhook"),
                    ],
                    "table_description": "One push, or one portion of an imported file, that was taken. Kept for ever: observations",
                },
            ),
            ops.CreateModel(
                name="RawBody",
                fields=[
                    ("sha256", fields.BinaryField()),
                    ("id", fields.BigIntField(primary_key=True)),
                    ("body", fields.BinaryField(null=True)),
                    ("received_at", fields.DatetimeField()),
                ],
                options={
                    "table": "raw_body",
                    "constraints": [
                        CheckConstraint(check="octet_length(sha256) = 32", name="raw_body_hashed"),
                    ],
                    "table_description": "The bytes of an answer, once, however often it was given; its hash outlives them.",
                },
            ),
            ops.CreateModel(
                name="RawAnswer",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "account",
                        fields.ForeignKeyField(
                            "domain.Account",
                            source_field="account_id",
                            related_name="raw_answers",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("platform", fields.CharEnumField(enum_type=Platform, max_length=16)),
                    ("request", fields.TextField()),
                    ("status", fields.IntField()),
                    (
                        "body",
                        fields.ForeignKeyField(
                            "domain.RawBody",
                            source_field="body_id",
                            related_name="answers",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("received_at", fields.DatetimeField()),
                ],
                options={
                    "table": "raw_answer",
                    "constraints": [
                        CheckConstraint(
                            check="platform IN ('WECHAT', 'WEIBO', 'BILIBILI', 'DOUYIN', 'KUAISHOU', 'TOUTIAO', 'ZHIHU', 'MASTODON', 'YOUTUBE', 'PLAUSIBLE', 'WORDPRESS', 'OTHER')",
                            name="raw_answer_platform_known",
                        ),
                    ],
                    "indexes": [
                        Index(fields=["account_id", "received_at"], name="raw_answer_account"),
                    ],
                    "table_description": "One answer of a platform, kept for audit. `request` shows no credential.",
                },
            ),
            ops.CreateModel(
                name="Observation",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "post",
                        fields.ForeignKeyField(
                            "domain.Post",
                            source_field="post_id",
                            db_constraint=False,
                            related_name="observations",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("metric", fields.CharEnumField(enum_type=Metric, max_length=16)),
                    ("value", fields.BigIntField()),
                    ("value_kind", fields.CharEnumField(enum_type=ValueKind, max_length=16)),
                    ("observed_at", fields.DatetimeField()),
                    ("period_starts_at", fields.DatetimeField(null=True)),
                    ("period_ends_at", fields.DatetimeField(null=True)),
                    ("bound", fields.CharEnumField(enum_type=Bound, default=Bound.EXACT, max_length=16)),
                    (
                        "finality",
                        fields.CharEnumField(enum_type=Finality, default=Finality.FINAL, max_length=16),
                    ),
                    ("definition", fields.CharField(max_length=100)),
                    ("source", fields.CharEnumField(enum_type=Source, max_length=16)),
                    (
                        "raw_answer",
                        fields.ForeignKeyField(
                            "domain.RawAnswer",
                            source_field="raw_answer_id",
                            null=True,
                            db_constraint=False,
                            related_name="observations",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "delivery",
                        fields.ForeignKeyField(
                            "domain.Delivery",
                            source_field="delivery_id",
                            null=True,
                            related_name="observations",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("recorded_at", fields.DatetimeField()),
                ],
                options={
                    "table": "observation",
                    "constraints": [
                        CheckConstraint(
                            check="metric IN ('READS', 'LIKES', 'COMMENTS', 'SHARES')",
                            name="observation_metric_known",
                        ),
                        CheckConstraint(
                            check="value_kind IN ('CUMULATIVE', 'INTERVAL')",
                            name="observation_value_kind_known",
                        ),
                        CheckConstraint(
                            check="bound IN ('EXACT', 'AT_LEAST')", name="observation_bound_known"
                        ),
                        CheckConstraint(
                            check="finality IN ('PROVISIONAL', 'FINAL')", name="observation_finality_known"
                        ),
                        CheckConstraint(
                            check="source IN ('PULL', 'PUSH', 'CSV', 'MANUAL')",
                            name="observation_source_known",
                        ),
                        CheckConstraint(check="value BETWEEN 0 AND 10000000000000", name="observation_value"),
                        CheckConstraint(
                            check="CASE value_kind WHEN 'INTERVAL' THEN coalesce(period_ends_at > period_starts_at, FALSE) ELSE period_starts_at IS NULL AND period_ends_at IS NULL END",
                            name="observation_period",
                        ),
                    ],
                    "table_description": "One counter value as a source reported it. The database refuses to alter or delete it.",
                },
            ),
            ops.CreateModel(
                name="RememberedPush",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("partner_id", fields.BigIntField()),
                    ("webhook_id", fields.CharField(max_length=200)),
                    (
                        "delivery",
                        fields.ForeignKeyField(
                            "domain.Delivery",
                            source_field="delivery_id",
                            related_name="memories",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("received_at", fields.DatetimeField()),
                ],
                options={
                    "table": "remembered_push",
                    "constraints": [
                        UniqueConstraint(fields=("partner_id", "webhook_id"), name="remembered_push_known"),
                    ],
                    "indexes": [
                        Index(fields=["received_at"], name="remembered_push_received"),
                    ],
                    "table_description": "A webhook-id that was used: the same push sent again finds its delivery here.",
                },
            ),
            ops.CreateModel(
                name="Restatement",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "delivery",
                        fields.ForeignKeyField(
                            "domain.Delivery",
                            source_field="delivery_id",
                            related_name="restatements",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("index", fields.IntField()),
                    ("post_id", fields.BigIntField()),
                    ("metric", fields.CharField(max_length=16)),
                    ("observed_at", fields.DatetimeField()),
                    ("reason", fields.CharField(max_length=300)),
                ],
                options={
                    "table": "restatement",
                    "constraints": [
                        CheckConstraint(check="reason <> ''", name="restatement_reasoned"),
                    ],
                    "indexes": [
                        Index(fields=["delivery_id", "index"], name="restatement_delivery"),
                        Index(fields=["post_id", "id"], name="restatement_post"),
                    ],
                    "table_description": "Why a figure of a settled time was changed. The database refuses to alter or delete it.",
                },
            ),
        ),
        ops.RunSQL(STATEMENTS),
    ]
