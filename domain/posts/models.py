"""Posts: what is counted."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.articles.models import Article
from domain.campaigns.models import Campaign
from domain.columns import check, one_of
from domain.organizations.models import Organization
from domain.partners.models import Account
from domain.posts.rules import PostState


class Post(Model):
    """One piece of content on one account.

    external_id: the platform's own identifier of the post.
    organization: where it counts: its article's (the database keeps the two equal), else its
    campaign's, else its partner's.
    public: whether everybody may see it: it has no article, or a published one. The database
    writes it.
    posted_at: when it appeared on the platform.
    repost_of: the post it repeats on the same platform; never itself a repost.
    """

    account_id: int
    article_id: int | None
    campaign_id: int | None
    organization_id: int
    repost_of_id: int | None

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", on_delete=fields.RESTRICT, related_name="posts"
    )
    external_id = fields.CharField(max_length=200)
    url = fields.CharField(max_length=1000, default="")
    title = fields.CharField(max_length=300, default="")
    article: fields.ForeignKeyNullableRelation[Article] = fields.ForeignKeyField(
        "domain.Article", null=True, on_delete=fields.RESTRICT, related_name="posts"
    )
    campaign: fields.ForeignKeyNullableRelation[Campaign] = fields.ForeignKeyField(
        "domain.Campaign", null=True, on_delete=fields.RESTRICT, related_name="posts"
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="posts"
    )
    repost_of: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "domain.Post", null=True, on_delete=fields.RESTRICT, related_name="reposts"
    )
    state = fields.CharEnumField(PostState, max_length=8, default=PostState.LIVE)
    public = fields.BooleanField(db_default=True)
    posted_at = fields.DatetimeField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "post"
        indexes = (
            Index(fields=("posted_at", "id"), name="post_posted"),
            Index(fields=("account_id", "posted_at", "id"), name="post_account"),
            Index(fields=("article_id", "posted_at", "id"), name="post_article"),
            Index(fields=("campaign_id", "posted_at", "id"), name="post_campaign"),
            Index(fields=("organization_id", "posted_at", "id"), name="post_organization"),
        )
        constraints = (
            UniqueConstraint(fields=("account_id", "external_id"), name="post_known"),
            one_of("post", "state", PostState),
            check("post", "identified", "external_id <> ''"),
            check("post", "original", "repost_of_id <> id"),
        )
