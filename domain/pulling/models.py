"""What the workers know of their pulls: what is due, what went wrong, what was answered."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.columns import check, one_of
from domain.partners.models import Account
from domain.partners.rules import Platform
from domain.posts.models import Post


class PostPull(Model):
    """When a post is asked about next, should its platform have an adapter.

    A post without a row here is asked about no more: it is gone, or its platform no longer counts.
    last_at: the last answer that held it; empty while the platform has never shown it.
    missed: answers in a row that silently left it out.
    last_sum: of its counters in that answer. quiet: how much rarer it is asked about than its age
    says, in doublings. deferrals: how often in a row the platform was not ready to tell.
    """

    post: fields.OneToOneRelation[Post] = fields.OneToOneField(
        "domain.Post", primary_key=True, on_delete=fields.CASCADE, related_name="pull"
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", on_delete=fields.CASCADE, related_name="post_pulls"
    )
    next_at = fields.DatetimeField()
    last_at = fields.DatetimeField(null=True)
    missed = fields.IntField(default=0)
    last_sum = fields.BigIntField(null=True)
    quiet = fields.IntField(db_default=0)
    deferrals = fields.IntField(db_default=0)

    class Meta:
        table = "post_pull"
        indexes = (Index(fields=("account_id", "next_at"), name="post_pull_account"),)
        constraints = (
            check("post_pull", "missed", "missed >= 0"),
            check("post_pull", "deferrals", "deferrals >= 0"),
        )


class AccountPull(Model):
    """How an account's pulls are going: the circuit breaker's memory.

    failures: in a row. paused_until: nothing is asked before then.
    last_failure_kind: a FailureKind, empty while there was none. retired_revision: of the adapter
    whose endpoint the platform retired, while the account rests for that.
    budget_…: the allowance its last answer came out of, and that one's window.
    """

    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "domain.Account", primary_key=True, on_delete=fields.CASCADE, related_name="pull"
    )
    failures = fields.IntField(default=0)
    paused_until = fields.DatetimeField(null=True)
    last_success_at = fields.DatetimeField(null=True)
    last_failure_at = fields.DatetimeField(null=True)
    last_failure = fields.CharField(max_length=300, default="")
    last_failure_kind = fields.CharField(max_length=16, db_default="")
    retired_revision = fields.IntField(null=True)
    budget_scope = fields.CharField(max_length=200, db_default="")
    budget_units = fields.IntField(null=True)
    budget_starts_at = fields.DatetimeField(null=True)
    budget_ends_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account_pull"
        constraints = (check("account_pull", "failures", "failures >= 0"),)


class Budget(Model):
    """Calls used of a platform's allowance in one window; survives restarts.

    scope: whose allowance, e.g. "weibo:account:12" or "mastodon:host:mastodon.example".
    """

    id = fields.BigIntField(primary_key=True)
    scope = fields.CharField(max_length=200)
    window_starts_at = fields.DatetimeField()
    used = fields.IntField(default=0)

    class Meta:
        table = "pull_budget"
        unique_together = (("scope", "window_starts_at"),)
        constraints = (check("pull_budget", "used", "used >= 0"),)


class RawBody(Model):
    """The bytes of an answer, once, however often it was given; its hash outlives them.

    body: empty once it expired. received_at: when an answer last had it.
    """

    sha256 = fields.BinaryField()
    id = fields.BigIntField(primary_key=True)
    body = fields.BinaryField(null=True)
    received_at = fields.DatetimeField()

    class Meta:
        table = "raw_body"
        constraints = (check("raw_body", "hashed", "octet_length(sha256) = 32"),)


class RawAnswer(Model):
    """One answer of a platform, kept for audit. `request` shows no credential."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", on_delete=fields.CASCADE, related_name="raw_answers"
    )
    platform = fields.CharEnumField(Platform, max_length=16)
    request = fields.TextField()
    status = fields.IntField()
    body: fields.ForeignKeyRelation[RawBody] = fields.ForeignKeyField(
        "domain.RawBody", on_delete=fields.RESTRICT, related_name="answers"
    )
    received_at = fields.DatetimeField()

    class Meta:
        table = "raw_answer"
        indexes = (Index(fields=("account_id", "received_at"), name="raw_answer_account"),)
        constraints = (one_of("raw_answer", "platform", Platform),)
