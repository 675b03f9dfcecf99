"""What is planned of articles, and what may not be public yet."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.articles.models import Article
from domain.columns import check, one_of
from domain.publishing.rules import PlannedStep, PlanState


class PublicationPlan(Model):
    """A step of one article at a moment to come, and what became of it.

    revision: which is made public; none of what is taken back. maker_id, maker: who planned it
    last, with whose rights it is carried out; request_id: in answer to which request. problem,
    told: why it was not done, as a code and in words; empty where nothing was wrong. An article has
    at most one of each step that is still to come.
    """

    article_id: int

    id = fields.BigIntField(primary_key=True)
    article: fields.ForeignKeyRelation[Article] = fields.ForeignKeyField(
        "domain.Article", on_delete=fields.RESTRICT, related_name="plans"
    )
    step = fields.CharEnumField(PlannedStep, max_length=16)
    revision = fields.IntField(null=True)
    at = fields.DatetimeField()
    state = fields.CharEnumField(PlanState, max_length=16)
    version = fields.IntField(default=1)
    maker_id = fields.CharField(max_length=64, default="")
    maker = fields.CharField(max_length=200)
    request_id = fields.CharField(max_length=64, default="")
    problem = fields.CharField(max_length=64, default="")
    told = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "publication_plan"
        indexes = (
            Index(fields=("at", "id"), name="publication_plan_at"),
            Index(fields=("article_id", "at", "id"), name="publication_plan_article"),
            Index(fields=("state", "at", "id"), name="publication_plan_state"),
        )
        constraints = (
            one_of("publication_plan", "step", PlannedStep),
            one_of("publication_plan", "state", PlanState),
            check("publication_plan", "revised", "(step = 'PUBLISH') = (revision IS NOT NULL)"),
            check("publication_plan", "ended", "(state = 'PLANNED') = (ended_at IS NULL)"),
        )


class Embargo(Model):
    """Before that moment the article goes public by nobody's hand."""

    article_id: int

    article: fields.OneToOneRelation[Article] = fields.OneToOneField(
        "domain.Article", primary_key=True, on_delete=fields.RESTRICT, related_name="embargo"
    )
    until = fields.DatetimeField()
    reason = fields.CharField(max_length=500, default="")
    setter = fields.CharField(max_length=200)
    set_at = fields.DatetimeField()

    class Meta:
        table = "article_embargo"
