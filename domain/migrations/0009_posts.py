"""Campaigns, and posts.

Whether everybody may see a post is written on it: a feed need not look up each post's article. A post
shares a lock with its article's row while it reads the status, and a change of status rewrites the
posts after it holds that row: whichever comes first, the two agree afterwards.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.posts.rules import PostState
from domain.tables import CreateTables, told

EXPOSING = [
    """
    CREATE FUNCTION post_expose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.public := NEW.article_id IS NULL;
        IF NEW.article_id IS NOT NULL THEN
            SELECT status = 'PUBLISHED' INTO NEW.public
                FROM article WHERE id = NEW.article_id FOR SHARE;
            NEW.public := coalesce(NEW.public, FALSE);
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION article_expose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE post SET public = (NEW.status = 'PUBLISHED') WHERE article_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER post_expose BEFORE INSERT OR UPDATE OF article_id, public ON post"
    " FOR EACH ROW EXECUTE FUNCTION post_expose()",
    "CREATE TRIGGER article_expose AFTER UPDATE OF status ON article"
    " FOR EACH ROW WHEN ((OLD.status = 'PUBLISHED') <> (NEW.status = 'PUBLISHED'))"
    " EXECUTE FUNCTION article_expose()",
]
INDEXES = [
    "CREATE INDEX post_state ON post (state, posted_at, id)",
    "CREATE INDEX post_repost ON post (repost_of_id) WHERE repost_of_id IS NOT NULL",
    # Campaigns that run at a moment.
    "CREATE INDEX campaign_period ON campaign USING gist (tstzrange(starts_at, ends_at))",
]
OWN_ORGANIZATION = (
    "ALTER TABLE post ADD CONSTRAINT post_article_organization"
    " FOREIGN KEY (article_id, organization_id) REFERENCES article (id, organization_id)"
    " ON UPDATE CASCADE"
)
"""A post is counted where its article is."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0008_media")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Campaign",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("title", fields.CharField(max_length=300)),
                    ("summary", fields.CharField(default="", max_length=1000)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="campaigns",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("starts_at", fields.DatetimeField()),
                    ("ends_at", fields.DatetimeField()),
                    ("goal_reads", fields.BigIntField(null=True)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "campaign",
                    "constraints": [
                        CheckConstraint(check="title <> ''", name="campaign_titled"),
                        CheckConstraint(check="ends_at > starts_at", name="campaign_period"),
                        CheckConstraint(check="goal_reads > 0", name="campaign_goal"),
                    ],
                    "indexes": [
                        Index(fields=["starts_at", "id"], name="campaign_starts"),
                        Index(fields=["organization_id", "starts_at", "id"], name="campaign_organization"),
                    ],
                    "table_description": "A campaign: for a period, by an organization, towards a goal.",
                },
            ),
            ops.CreateModel(
                name="Post",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "account",
                        fields.ForeignKeyField(
                            "domain.Account",
                            source_field="account_id",
                            related_name="posts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("external_id", fields.CharField(max_length=200)),
                    ("url", fields.CharField(default="", max_length=1000)),
                    ("title", fields.CharField(default="", max_length=300)),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            null=True,
                            related_name="posts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "campaign",
                        fields.ForeignKeyField(
                            "domain.Campaign",
                            source_field="campaign_id",
                            null=True,
                            related_name="posts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="posts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "repost_of",
                        fields.ForeignKeyField(
                            "domain.Post",
                            source_field="repost_of_id",
                            null=True,
                            related_name="reposts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "state",
                        fields.CharEnumField(enum_type=PostState, default=PostState.LIVE, max_length=8),
                    ),
                    ("public", fields.BooleanField(db_default=True)),
                    ("posted_at", fields.DatetimeField()),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "post",
                    "constraints": [
                        UniqueConstraint(fields=("account_id", "external_id"), name="post_known"),
                        CheckConstraint(check="state IN ('LIVE', 'GONE')", name="post_state_known"),
                        CheckConstraint(check="external_id <> ''", name="post_identified"),
                        CheckConstraint(check="repost_of_id <> id", name="post_original"),
                    ],
                    "indexes": [
                        Index(fields=["posted_at", "id"], name="post_posted"),
                        Index(fields=["account_id", "posted_at", "id"], name="post_account"),
                        Index(fields=["article_id", "posted_at", "id"], name="post_article"),
                        Index(fields=["campaign_id", "posted_at", "id"], name="post_campaign"),
                        Index(fields=["organization_id", "posted_at", "id"], name="post_organization"),
                    ],
                    "table_description": "One piece of content on one account.",
                },
            ),
            ops.CreateModel(
                name="PostPull",
                fields=[
                    (
                        "post",
                        fields.OneToOneField(
                            "domain.Post",
                            source_field="post_id",
                            primary_key=True,
                            related_name="pull",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    (
                        "account",
                        fields.ForeignKeyField(
                            "domain.Account",
                            source_field="account_id",
                            related_name="post_pulls",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("next_at", fields.DatetimeField()),
                    ("last_at", fields.DatetimeField(null=True)),
                    ("missed", fields.IntField(default=0)),
                    ("last_sum", fields.BigIntField(null=True)),
                    ("quiet", fields.IntField(db_default=0)),
                    ("deferrals", fields.IntField(db_default=0)),
                ],
                options={
                    "table": "post_pull",
                    "constraints": [
                        CheckConstraint(check="missed >= 0", name="post_pull_missed"),
                        CheckConstraint(check="deferrals >= 0", name="post_pull_deferrals"),
                    ],
                    "indexes": [
                        Index(fields=["account_id", "next_at"], name="post_pull_account"),
                    ],
                    "table_description": "When a post is asked about next, should its platform have an adapter.",
                    "pk_attr": "post_id",
                },
            ),
        ),
        ops.RunSQL([OWN_ORGANIZATION, *INDEXES, *EXPOSING, *told("campaign", "post")]),
    ]
