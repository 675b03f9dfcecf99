"""Who is told of events, the messages to them, and which thresholds were told of."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.engagement.rules import Metric, SubjectKind
from domain.tables import CreateTables
from domain.webhooks.rules import MessageState, WebhookEventType

WAITING = (
    "CREATE INDEX webhook_message_waiting ON webhook_message (endpoint_id, next_at, id)"
    " WHERE state = 'PENDING'"
)
"""What waits for an endpoint, by when it is due: endpoints take turns."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0015_inflation")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="WebhookEndpoint",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("url", fields.CharField(max_length=1000)),
                    ("description", fields.CharField(default="", max_length=200)),
                    ("events", ArrayField(element_type="TEXT")),
                    ("secret", fields.BinaryField()),
                    ("older_secret", fields.BinaryField(null=True)),
                    ("older_until", fields.DatetimeField(null=True)),
                    ("threshold_kind", fields.CharEnumField(enum_type=SubjectKind, null=True, max_length=16)),
                    ("threshold_metric", fields.CharEnumField(enum_type=Metric, null=True, max_length=16)),
                    ("threshold_value", fields.BigIntField(null=True)),
                    ("disabled_at", fields.DatetimeField(null=True)),
                    ("disabled_why", fields.CharField(default="", max_length=200)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "webhook_endpoint",
                    "constraints": [
                        CheckConstraint(check="cardinality(events) > 0", name="webhook_endpoint_told"),
                        CheckConstraint(
                            check="('ENGAGEMENT_THRESHOLD' = ANY(events)) = (threshold_value IS NOT NULL) AND num_nulls(threshold_kind, threshold_metric, threshold_value) IN (0, 3)",
                            name="webhook_endpoint_threshold",
                        ),
                    ],
                    "table_description": "An address that is told of events.",
                },
            ),
            ops.CreateModel(
                name="ThresholdCrossing",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "endpoint",
                        fields.ForeignKeyField(
                            "domain.WebhookEndpoint",
                            source_field="endpoint_id",
                            related_name="crossings",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("subject_id", fields.BigIntField()),
                ],
                options={
                    "table": "webhook_crossing",
                    "constraints": [
                        UniqueConstraint(fields=("endpoint_id", "subject_id"), name="webhook_crossing_once"),
                    ],
                    "table_description": "A subject that reached an endpoint's threshold: told of once.",
                },
            ),
            ops.CreateModel(
                name="WebhookMessage",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "endpoint",
                        fields.ForeignKeyField(
                            "domain.WebhookEndpoint",
                            source_field="endpoint_id",
                            related_name="messages",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("event_type", fields.CharEnumField(enum_type=WebhookEventType, max_length=32)),
                    ("data", fields.JSONField()),
                    ("state", fields.CharEnumField(enum_type=MessageState, max_length=16)),
                    ("attempts", fields.IntField()),
                    ("next_at", fields.DatetimeField()),
                    ("last_status", fields.IntField(null=True)),
                    ("last_error", fields.CharField(default="", max_length=300)),
                    ("created_at", fields.DatetimeField()),
                    ("ended_at", fields.DatetimeField(null=True)),
                    ("request_id", fields.CharField(db_default="", max_length=64)),
                ],
                options={
                    "table": "webhook_message",
                    "constraints": [
                        CheckConstraint(
                            check="state IN ('PENDING', 'DELIVERED', 'DEAD')",
                            name="webhook_message_state_known",
                        ),
                        CheckConstraint(
                            check="event_type IN ('ARTICLE_PUBLISHED', 'ENGAGEMENT_THRESHOLD', 'DELIVERY_REJECTED', 'REVIEW_OVERDUE')",
                            name="webhook_message_event_type_known",
                        ),
                    ],
                    "indexes": [
                        Index(fields=["endpoint_id", "id"], name="webhook_message_endpoint"),
                        Index(fields=["state", "next_at"], name="webhook_message_due"),
                    ],
                    "table_description": "One event on its way to one endpoint. Its number is in the webhook-id.",
                },
            ),
        ),
        ops.RunSQL(WAITING),
    ]
