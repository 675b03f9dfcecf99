"""Who is told of events, and every message to them: the outbox."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check, one_of
from domain.engagement.rules import Metric, SubjectKind
from domain.webhooks.rules import MessageState, WebhookEventType


class WebhookEndpoint(Model):
    """An address that is told of events.

    events: of which. secret: what messages are signed with, encrypted; older_secret signs beside
    it until older_until.
    threshold_*: for ENGAGEMENT_THRESHOLD: whose total of which metric must have reached what.
    disabled_at, disabled_why: since when nothing is sent to it, and why; empty while something is.
    """

    id = fields.BigIntField(primary_key=True)
    url = fields.CharField(max_length=1000)
    description = fields.CharField(max_length=200, default="")
    events: fields.Field[list[str]] = ArrayField(element_type="text")
    secret = fields.BinaryField()
    older_secret = fields.BinaryField(null=True)
    older_until = fields.DatetimeField(null=True)
    threshold_kind = fields.CharEnumField(SubjectKind, max_length=16, null=True)
    threshold_metric = fields.CharEnumField(Metric, max_length=16, null=True)
    threshold_value = fields.BigIntField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    disabled_why = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "webhook_endpoint"
        constraints = (
            check("webhook_endpoint", "told", "cardinality(events) > 0"),
            check(
                "webhook_endpoint",
                "threshold",
                "('ENGAGEMENT_THRESHOLD' = ANY(events)) = (threshold_value IS NOT NULL)"
                " AND num_nulls(threshold_kind, threshold_metric, threshold_value) IN (0, 3)",
            ),
        )


class WebhookMessage(Model):
    """One event on its way to one endpoint. Its number is in the webhook-id.

    data: the event's, the same in every attempt. next_at: when it is tried (again); while it is
    being sent, when somebody else may try, should the sender have died.
    request_id: of the request that caused it; empty where it was none.
    last_status: HTTP status of the last answer. last_error: what went wrong instead.
    """

    endpoint_id: int

    id = fields.BigIntField(primary_key=True)
    endpoint: fields.ForeignKeyRelation[WebhookEndpoint] = fields.ForeignKeyField(
        "domain.WebhookEndpoint", on_delete=fields.CASCADE, related_name="messages"
    )
    event_type = fields.CharEnumField(WebhookEventType, max_length=32)
    data: fields.Field[dict[str, Any]] = fields.JSONField()
    state = fields.CharEnumField(MessageState, max_length=16)
    attempts = fields.IntField()
    next_at = fields.DatetimeField()
    last_status = fields.IntField(null=True)
    last_error = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    request_id = fields.CharField(max_length=64, db_default="")

    class Meta:
        table = "webhook_message"
        indexes = (
            Index(fields=("endpoint_id", "id"), name="webhook_message_endpoint"),
            Index(fields=("state", "next_at"), name="webhook_message_due"),
        )
        constraints = (
            one_of("webhook_message", "state", MessageState),
            one_of("webhook_message", "event_type", WebhookEventType),
        )


class ThresholdCrossing(Model):
    """A subject that reached an endpoint's threshold: told of once."""

    id = fields.BigIntField(primary_key=True)
    endpoint: fields.ForeignKeyRelation[WebhookEndpoint] = fields.ForeignKeyField(
        "domain.WebhookEndpoint", on_delete=fields.CASCADE, related_name="crossings"
    )
    subject_id = fields.BigIntField()

    class Meta:
        table = "webhook_crossing"
        constraints = (
            UniqueConstraint(fields=("endpoint_id", "subject_id"), name="webhook_crossing_once"),
        )
