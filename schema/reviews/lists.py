"""How lists of reviews are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.reviews.rules import ReviewState
from schema.described import described
from schema.lookups import within
from schema.planner.declare import condition
from schema.planner.readings import Order


class ReviewOrder(StrEnum):
    LATEST = "LATEST"
    OLDEST = "OLDEST"
    DUE = "DUE"


class ReviewEntryOrder(StrEnum):
    OLDEST = "OLDEST"
    LATEST = "LATEST"


class ReviewWorkflowOrder(StrEnum):
    NAME = "NAME"


described(
    ReviewOrder,
    "Orders of reviews.",
    LATEST="The latest submitted first.",
    OLDEST="The first submitted first.",
    DUE="What is due first first; without a time last.",
)
described(
    ReviewEntryOrder,
    "Orders of what happened in a review.",
    OLDEST="As it happened.",
    LATEST="The latest first.",
)
described(ReviewWorkflowOrder, "Orders of workflows.", NAME="By name.")

DUE = "coalesce({row}.due_at, '9999-12-31 00:00:00+00'::timestamptz)"
REVIEW_ORDERS = {
    "LATEST": Order("{row}.id", "bigint"),
    "OLDEST": Order("{row}.id", "bigint", descending=False),
    "DUE": Order(DUE, "timestamptz", descending=False),
}
ENTRY_ORDERS = {
    "OLDEST": Order("{row}.id", "bigint", descending=False),
    "LATEST": Order("{row}.id", "bigint"),
}
WORKFLOW_ORDERS = {"NAME": Order("{row}.name", "text", descending=False)}


@strawberry.input(description="Which reviews; all conditions given must hold.")
class ReviewFilter:
    article_id: strawberry.ID | None = condition(
        "Of this article.",
        "({row}.subject_kind = 'ARTICLE' AND {row}.subject_id = {value})",
        "bigint",
        id_of=("Article",),
    )
    within: strawberry.ID | None = within("Of this organization or one below it.")
    state: ReviewState | None = condition("In this state.", "{row}.state = {value}", "text")
    stage: str | None = condition(
        "Where it is the turn of a stage of this title, e.g. 初审.",
        "({row}.stages -> {row}.stage ->> 'title') = {value}",
        "text",
    )
    claimed_by: strawberry.ID | None = condition(
        "Taken on by this account: a User's or Token's id.",
        "{value} = ANY({row}.claimed_by)",
        "text",
    )
    is_overdue: bool | None = condition(
        "Whether its stage is overdue.", "({row}.overdue_at IS NOT NULL) = {value}", "boolean"
    )
    is_urgent: bool | None = condition(
        "Whether it went public before its review was over.",
        "{row}.is_urgent = {value}",
        "boolean",
    )
