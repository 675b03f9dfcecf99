"""What waits for an endpoint, by when it is due: endpoints take turns."""

from tortoise import migrations
from tortoise.migrations import operations as ops

WAITING = """
    CREATE INDEX webhook_message_waiting ON webhook_message (endpoint_id, next_at, id)
    WHERE state = 'PENDING'
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0030_bounded_looks")]

    operations = [ops.RunSQL(WAITING)]
