"""When each mark for the roll-up was set: how far the totals are behind."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("domain", "0025_signing_in")]

    operations = [
        ops.RunSQL(
            "ALTER TABLE engagement_dirty ADD COLUMN marked_at timestamptz NOT NULL DEFAULT now()",
            "ALTER TABLE engagement_dirty DROP COLUMN marked_at",
        )
    ]
