"""What is added up and what is not: people, and reposts whose original stands in the same sum.

engagement_total: of a post, people (1 where it counts people), definition (the code that leads), breaks
    (how often that changed) and addition (whether it is added to what stands above). Above posts,
    people and reposts: posts that have a value which is not added, by the reason.
engagement_daily, engagement_hourly: addition, of a post's rows.
post_subject: original_id, where the post repeats another that counts for the same subject.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

ADDITIONS = "'ALWAYS', 'UNLESS_ORIGINAL', 'NEVER'"

COLUMNS = [
    f"""
    ALTER TABLE engagement_total
        ADD people integer NOT NULL DEFAULT 0,
        ADD reposts integer NOT NULL DEFAULT 0,
        ADD definition text,
        ADD breaks integer NOT NULL DEFAULT 0,
        ADD addition text NOT NULL DEFAULT 'ALWAYS' CHECK (addition IN ({ADDITIONS})),
        ADD CONSTRAINT engagement_total_left_out CHECK (
            people BETWEEN 0 AND known AND reposts BETWEEN 0 AND known
            AND (subject_kind = 'POST' OR counted + people + reposts <= known)
        )
    """,
    *(
        f"ALTER TABLE engagement_{table} ADD addition text NOT NULL DEFAULT 'ALWAYS'"
        f" CHECK (addition IN ({ADDITIONS}))"
        for table in ("daily", "hourly")
    ),
    "CREATE INDEX engagement_total_post_breaks ON engagement_total_post (subject_id)"
    " WHERE breaks > 0",
    "CREATE INDEX post_repost ON post (repost_of_id) WHERE repost_of_id IS NOT NULL",
]

VIEW = """
    CREATE OR REPLACE VIEW post_subject (post_id, subject_kind, subject_id, original_id) AS
    SELECT id, 'POST', id, NULL::bigint FROM post
    UNION ALL SELECT p.id, 'ARTICLE', p.article_id,
            CASE WHEN o.article_id = p.article_id THEN o.id END
        FROM post p LEFT JOIN post o ON o.id = p.repost_of_id WHERE p.article_id IS NOT NULL
    UNION ALL SELECT p.id, 'CAMPAIGN', p.campaign_id,
            CASE WHEN o.campaign_id = p.campaign_id THEN o.id END
        FROM post p LEFT JOIN post o ON o.id = p.repost_of_id WHERE p.campaign_id IS NOT NULL
    UNION ALL SELECT p.id, 'ACCOUNT', p.account_id,
            CASE WHEN o.account_id = p.account_id THEN o.id END
        FROM post p LEFT JOIN post o ON o.id = p.repost_of_id
    UNION ALL SELECT p.id, 'PARTNER', a.partner_id,
            CASE WHEN b.partner_id = a.partner_id THEN o.id END
        FROM post p JOIN account a ON a.id = p.account_id
        LEFT JOIN (post o JOIN account b ON b.id = o.account_id) ON o.id = p.repost_of_id
    UNION ALL SELECT p.id, 'ORGANIZATION', above.id,
            CASE WHEN above.id::text = ANY (string_to_array(home.path::text, '.')) THEN o.id END
        FROM post p JOIN organization own ON own.id = p.organization_id
        LEFT JOIN (post o JOIN organization home ON home.id = o.organization_id)
            ON o.id = p.repost_of_id,
        LATERAL unnest(string_to_array(own.path::text, '.')::bigint[]) AS above (id)
    UNION ALL SELECT id, 'NETWORK', 0, repost_of_id FROM post
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0012_pull_status")]

    operations = [
        ops.AddField(
            model_name="Post",
            name="repost_of",
            field=fields.ForeignKeyField(
                "domain.Post",
                source_field="repost_of_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="reposts",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddConstraint(
            model_name="Post",
            constraint=CheckConstraint(check="repost_of_id <> id", name="post_original"),
        ),
        ops.RunSQL([*COLUMNS, VIEW]),
    ]
