"""What was cancelled when an attempt to send it had begun is due, too: to be looked for."""

from tortoise import migrations
from tortoise.migrations import operations as ops

DUE = [
    "DROP INDEX distribution_due",
    "CREATE INDEX distribution_due ON distribution (next_at, id) WHERE next_at IS NOT NULL",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0033_published_here")]

    operations = [ops.RunSQL(DUE)]
