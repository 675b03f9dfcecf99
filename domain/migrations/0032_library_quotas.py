"""How many bytes an organization's library may hold."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("domain", "0031_columns")]

    operations = [
        ops.AddField(
            model_name="Organization",
            name="library_quota",
            field=fields.BigIntField(null=True),
        ),
        ops.AddConstraint(
            model_name="Organization",
            constraint=CheckConstraint(
                check="library_quota >= 0", name="organization_library_quota"
            ),
        ),
    ]
