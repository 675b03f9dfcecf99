"""What is due is looked up by account: an index of all moments was written with every pull, and
never read."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("domain", "0026_mark_ages")]

    operations = [ops.RemoveIndex(model_name="PostPull", name="post_pull_due", fields=None)]
