"""For how long a value may be the newest its platform tells, beside each definition."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("domain", "0014_list_indexes")]

    operations = [
        ops.AddField(
            model_name="MetricDefinition",
            name="newest_for_hours",
            field=fields.IntField(db_default=0),
        ),
    ]
