"""What 0025 says of site_import, and Tortoise does not make with a table."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class Migration(migrations.Migration):
    dependencies = [("domain", "0029_categories")]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name="SiteImport",
            constraint=UniqueConstraint(fields=("sha256",), name="site_import_known"),
        ),
        ops.AddConstraint(
            model_name="SiteImport",
            constraint=CheckConstraint(
                check="octet_length(sha256) = 32", name="site_import_hashed"
            ),
        ),
    ]
