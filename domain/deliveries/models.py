"""What partners pushed, what became of it, and which pushes are remembered."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check
from domain.engagement.rules import Source
from domain.partners.models import Partner


class Delivery(Model):
    """One push, or one portion of an imported file, that was taken. Kept for ever: observations
    say which delivery they came by.

    items, accepted, duplicates, restated: how many. An item is accepted, a duplicate or rejected;
    of the accepted ones, restated changed what was settled.
    registered: [{"index", "post"}] of posts it made known; empty where it did not ask for that.
    rejected: [{"index", "code", "message", "itemId", "item"}], the item as it was sent.
    request_id: of the request that brought it; empty for a command.
    """

    partner_id: int

    id = fields.BigIntField(primary_key=True)
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "domain.Partner", on_delete=fields.CASCADE, related_name="deliveries"
    )
    source = fields.CharEnumField(Source, max_length=16, db_default=Source.PUSH)
    webhook_id = fields.CharField(max_length=200)
    payload_sha256 = fields.BinaryField()
    items = fields.IntField(db_default=0)
    accepted = fields.IntField(db_default=0)
    duplicates = fields.IntField(db_default=0)
    restated = fields.IntField(db_default=0)
    registered: fields.Field[list[dict[str, Any]] | None] = fields.JSONField(null=True)
    rejected: fields.Field[list[dict[str, Any]]] = fields.JSONField()
    received_at = fields.DatetimeField()
    request_id = fields.CharField(max_length=64, db_default="")

    class Meta:
        table = "delivery"
        indexes = (
            Index(fields=("partner_id", "id"), name="delivery_partner"),
            Index(fields=("partner_id", "webhook_id", "id"), name="delivery_webhook"),
        )
        constraints = (
            check("delivery", "identified", "webhook_id <> ''"),
            check("delivery", "hashed", "octet_length(payload_sha256) = 32"),
            check("delivery", "source_known", "source IN ('PUSH', 'CSV')"),
            check("delivery", "restated_known", "restated BETWEEN 0 AND accepted"),
        )


class RememberedPush(Model):
    """A webhook-id that was used: the same push sent again finds its delivery here.

    Forgotten after a while (the delivery is not): see memory.py.
    """

    id = fields.BigIntField(primary_key=True)
    partner_id = fields.BigIntField()
    webhook_id = fields.CharField(max_length=200)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "domain.Delivery", on_delete=fields.CASCADE, related_name="memories"
    )
    received_at = fields.DatetimeField()

    class Meta:
        table = "remembered_push"
        indexes = (Index(fields=("received_at",), name="remembered_push_received"),)
        constraints = (
            UniqueConstraint(fields=("partner_id", "webhook_id"), name="remembered_push_known"),
        )


class Restatement(Model):
    """Why a figure of a settled time was changed. The database refuses to alter or delete it.

    observed_at: the observation's. index: the item's place in its delivery.
    """

    id = fields.BigIntField(primary_key=True)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "domain.Delivery", on_delete=fields.RESTRICT, related_name="restatements"
    )
    index = fields.IntField()
    post_id = fields.BigIntField()
    metric = fields.CharField(max_length=16)
    observed_at = fields.DatetimeField()
    reason = fields.CharField(max_length=300)

    class Meta:
        table = "restatement"
        indexes = (
            Index(fields=("delivery_id", "index"), name="restatement_delivery"),
            Index(fields=("post_id", "id"), name="restatement_post"),
        )
        constraints = (check("restatement", "reasoned", "reason <> ''"),)
