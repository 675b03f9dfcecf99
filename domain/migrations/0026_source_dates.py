"""When an article was first published where it was taken from."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("domain", "0025_site_imports")]

    operations = [
        ops.AddField(
            model_name="Article",
            name="source_published_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        )
    ]
