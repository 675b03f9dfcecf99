"""A word stands in the list of a place once: the one that is there longest stays."""

from tortoise import migrations
from tortoise.migrations import operations as ops

ONCE = [
    """
DELETE FROM review_term later USING review_term first
WHERE later.id > first.id AND later.kind = first.kind AND later.word = first.word
    AND later.organization_id IS NOT DISTINCT FROM first.organization_id
""",
    "CREATE UNIQUE INDEX review_term_once ON review_term (organization_id, kind, word)"
    " NULLS NOT DISTINCT",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0034_looked_for")]

    operations = [ops.RunSQL(ONCE)]
