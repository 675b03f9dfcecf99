"""What a request caused remembers it: a push's delivery, a message to a webhook; and a mark
remembers the delivery, so that the roll-up can say whose totals it derived."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("domain", "0027_due_by_account")]

    operations = [
        ops.AddField(
            model_name="Delivery",
            name="request_id",
            field=fields.CharField(db_default="", max_length=64),
        ),
        ops.AddField(
            model_name="WebhookMessage",
            name="request_id",
            field=fields.CharField(db_default="", max_length=64),
        ),
        ops.RunSQL(
            "ALTER TABLE engagement_dirty ADD COLUMN delivery_id bigint",
            "ALTER TABLE engagement_dirty DROP COLUMN delivery_id",
        ),
    ]
