"""A mark says what changed, and refers to nothing: each cost a look at its post, which the
observation it is committed with had just had. One whose post is gone asks for nothing."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("domain", "0022_users")]

    operations = [
        ops.RunSQL("ALTER TABLE engagement_dirty DROP CONSTRAINT engagement_dirty_post_id_fkey")
    ]
