"""What an article asks of all others, so that those about the same events are found: made of its
title by domain/search/kinship.py. `./xinfeng search rebuild` makes it for what was kept before."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("domain", "0042_search_marks")]

    operations = [ops.RunSQL("ALTER TABLE search_entry ADD COLUMN kin tsquery NOT NULL DEFAULT ''")]
