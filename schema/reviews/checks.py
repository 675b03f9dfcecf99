"""What checks found, and the lists of words they look for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry

from domain.reviews.access import visible_workflows
from domain.reviews.actions import findings, terms
from domain.reviews.checks.documents import TermKind
from schema.described import described
from schema.execution.context import Info
from schema.inputs import number_of, number_or_none
from schema.organizations.types import Organization
from schema.payloads import Payload, mutation
from schema.planner.declare import column, condition, page, to_one
from schema.planner.readings import Order, stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.relay import Connection
from schema.reviews.inputs import AddReviewTermInput, OverrideFindingsInput, RemoveReviewTermInput
from schema.reviews.mutations import ReviewPayload, ReviewResult


class ReviewTermOrder(StrEnum):
    WORD = "WORD"


described(ReviewTermOrder, "Orders of words on the lists.", WORD="By the word.")
TERM_ORDERS = {"WORD": Order("{row}.word", "text", descending=False)}


@stands_on("review_term", visible_workflows)
@strawberry.type(description="A word that checks look for.")
class ReviewTerm:
    id: strawberry.ID = column("Global id, e.g. ReviewTerm:2.", "'ReviewTerm:' || {row}.id")
    kind: TermKind = column("Why it is on the list.")
    word: str = column("The word, or a leader's name.")
    suggestion: str = column("What should stand instead; of a leader, the title; may be empty.")
    organization: Organization | None = to_one(
        "organization_id", "For which organization and all below it; null for everywhere."
    )
    created_at: datetime = column("When it was added.")


@strawberry.input(description="Which words; all conditions given must hold.")
class ReviewTermFilter:
    kind: TermKind | None = condition("Of this kind.", "{row}.kind = {value}", "text")


@stands_on("(SELECT)")
@strawberry.type(description="The word as it now is.")
class ReviewTermPayload(Payload):
    term: ReviewTerm | None = to_one("term_id", "The word; null when it was removed.")


ReviewTermResult = Annotated[
    ReviewTermPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("ReviewTermResult", description="The word, or why nothing changed."),
]


@strawberry.type
class ReviewCheckQueries:
    review_terms: Connection[ReviewTerm] = page(
        "The lists of words that checks look for, for everybody who sees drafts somewhere.",
        orders=ReviewTermOrder,
        by=TERM_ORDERS,
        filters=ReviewTermFilter,
    )


@strawberry.type
class ReviewCheckMutations:
    @mutation("Lets findings stand as they are; the reason is kept in the record of the review.")
    async def override_findings(self, info: Info, input: OverrideFindingsInput) -> ReviewResult:
        ids = [number_of("ReviewFinding", id_, "ids") for id_ in input.ids]
        number = await findings.override(info.context.act, ids, input.reason)
        return ReviewPayload.of(review_id=number)

    @mutation("Puts a word on the lists.")
    async def add_review_term(self, info: Info, input: AddReviewTermInput) -> ReviewTermResult:
        new = terms.NewTerm(
            kind=input.kind,
            word=input.word,
            suggestion=input.suggestion,
            organization_id=number_or_none(
                "Organization", input.organization_id, "organization_id"
            ),
        )
        return ReviewTermPayload.of(term_id=await terms.add(info.context.act, new))

    @mutation("Takes a word off the lists.")
    async def remove_review_term(
        self, info: Info, input: RemoveReviewTermInput
    ) -> ReviewTermResult:
        number = number_of("ReviewTerm", input.id, "id")
        await terms.remove(info.context.act, number)
        return ReviewTermPayload.of(term_id=number)
