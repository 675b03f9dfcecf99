"""What partners pushed, and what became of it."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check
from domain.partners.models import Partner


class Delivery(Model):
    """One accepted push. `webhook_id` is the sender's idempotency key.

    payload_sha256: of the raw body, to tell a replay from another payload under the same id.
    answer: what the sender was told, told again on a replay.
    """

    id = fields.BigIntField(primary_key=True)
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "domain.Partner", on_delete=fields.CASCADE, related_name="deliveries"
    )
    webhook_id = fields.CharField(max_length=200)
    payload_sha256 = fields.BinaryField()
    answer: fields.Field[dict[str, Any]] = fields.JSONField()
    received_at = fields.DatetimeField()

    class Meta:
        table = "delivery"
        indexes = (Index(fields=("partner_id", "received_at", "id"), name="delivery_partner"),)
        constraints = (
            UniqueConstraint(fields=("partner_id", "webhook_id"), name="delivery_known"),
            check("delivery", "identified", "webhook_id <> ''"),
            check("delivery", "hashed", "octet_length(payload_sha256) = 32"),
        )
