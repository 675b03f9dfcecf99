"""When an article first went public here, wherever and whenever it was taken from."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

KNOWN = """
UPDATE article a SET published_here_at = greatest(a.published_at, (
    SELECT min(e.at) FROM audit_entry e
    WHERE e.subject = 'Article:' || a.id
        AND e.action IN ('article.publish', 'article.publish_urgently')
))
WHERE a.published_at IS NOT NULL
"""
"""By the audit trail, where it tells of it."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0032_library_quotas")]

    operations = [
        ops.AddField(
            model_name="Article",
            name="published_here_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(KNOWN),
        ops.AddConstraint(
            model_name="Article",
            constraint=CheckConstraint(
                check="published_at <= published_here_at", name="article_published_here"
            ),
        ),
    ]
