"""Indexes for lists narrowed by one condition: the page is read from where the cursor stands, and
what does not fit is never looked at."""

from tortoise import migrations
from tortoise.migrations import operations as ops

PUBLIC = "WHERE status = 'PUBLISHED'"

INDEXES = [
    f"CREATE INDEX article_public_category ON article (category, listed_at, id) {PUBLIC}",
    f"CREATE INDEX article_public_organization ON article (organization_id, listed_at, id) {PUBLIC}",
    f"CREATE INDEX article_public_author ON article (author_id, listed_at, id) {PUBLIC}",
    "CREATE INDEX post_state ON post (state, posted_at, id)",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0013_what_adds_up")]

    operations = [ops.RunSQL(INDEXES)]
