"""Articles on their way to accounts."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check, one_of
from domain.distribution.rules import DistributionState, DistributionWay
from domain.partners.models import Account
from domain.posts.models import Post


class Distribution(Model):
    """One article for one account.

    package: what is sent, as domain/distribution/packages.py made it when it was offered.
    post: what it became; there as soon as it is accepted. The database turns ACCEPTED to GONE with
    the state of the post, and back. reason: why it was refused or cancelled.
    next_at: when a worker sends it (again) or, where it is cancelled, looks whether an attempt that
    had begun arrived; empty where neither is to be done. attempts: so far.
    answered_at: when it left QUEUED and SENT.
    """

    article_id: int
    account_id: int
    post_id: int | None

    id = fields.BigIntField(primary_key=True)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.RESTRICT, related_name="distributions"
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", on_delete=fields.RESTRICT, related_name="distributions"
    )
    way = fields.CharEnumField(DistributionWay, max_length=16)
    state = fields.CharEnumField(DistributionState, max_length=16)
    package: fields.Field[dict[str, Any]] = fields.JSONField()
    note = fields.CharField(max_length=500, default="")
    reason = fields.CharField(max_length=500, default="")
    post: fields.OneToOneNullableRelation[Post] = fields.OneToOneField(
        "domain.Post", null=True, on_delete=fields.RESTRICT, related_name="distribution"
    )
    attempts = fields.IntField(default=0)
    next_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "distribution"
        indexes = (
            Index(fields=("article_id", "id"), name="distribution_article"),
            Index(fields=("account_id", "id"), name="distribution_account"),
            Index(fields=("state", "id"), name="distribution_state"),
        )
        constraints = (
            one_of("distribution", "way", DistributionWay),
            one_of("distribution", "state", DistributionState),
            check(
                "distribution",
                "posted",
                "(state IN ('ACCEPTED', 'GONE')) = (post_id IS NOT NULL)",
            ),
            check(
                "distribution",
                "answered",
                "(state IN ('QUEUED', 'SENT')) = (answered_at IS NULL)",
            ),
            check("distribution", "refused", "state <> 'REFUSED' OR reason <> ''"),
        )
