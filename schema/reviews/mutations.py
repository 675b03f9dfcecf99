"""A review from its submission to its end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.articles import actions as articles
from domain.reviews.actions import claims, decisions, invitations
from schema.articles.mutations import ArticlePayload
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.reviews.inputs import (
    DecideReviewInput,
    InviteReviewerInput,
    PublishUrgentlyInput,
    ReleaseReviewInput,
    ReviewVersionInput,
    SubmitForReviewInput,
    WithdrawReviewInput,
    remarks_of,
)
from schema.reviews.types import Review


@stands_on("(SELECT)")
@strawberry.type(description="The review as it now is.")
class ReviewPayload(Payload):
    review: Review | None = to_one("review_id", "The review.")


@stands_on("(SELECT)")
@strawberry.type(description="The review, and a link to hand over to who was invited.")
class ReviewerLinkPayload(Payload):
    review: Review | None = to_one("review_id", "The review.")
    link: str = column(
        "Where they read that revision and decide, once: a path on this host. It is shown this"
        " once.",
        "{row}.link",
    )
    link_expires_at: datetime = column(
        "Until when it works.", "to_timestamp({row}.link_expires_at)"
    )


ReviewResult = Annotated[
    ReviewPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("ReviewResult", description="The review, or why nothing changed."),
]
InviteReviewerResult = Annotated[
    ReviewerLinkPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("InviteReviewerResult", description="The link, or why there is none."),
]
PublishUrgentlyResult = Annotated[
    ArticlePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("PublishUrgentlyResult", description="The article, or why it is not public."),
]


@strawberry.type
class ReviewMutations:
    @mutation("Submits an article for review; again, when it was sent back or has changed since.")
    async def submit_for_review(self, info: Info, input: SubmitForReviewInput) -> ReviewResult:
        number = number_of("Article", input.id, "id")
        act = info.context.act
        made = await articles.submit_for_review(act, number, input.version, input.reason)
        return ReviewPayload.of(review_id=made)

    @mutation("Takes the present stage on: others see it, and do not decide in your place.")
    async def claim_review(self, info: Info, input: ReviewVersionInput) -> ReviewResult:
        number = number_of("Review", input.id, "id")
        await claims.claim(info.context.act, number, input.version)
        return ReviewPayload.of(review_id=number)

    @mutation("Gives a stage back that was taken on.")
    async def release_review(self, info: Info, input: ReleaseReviewInput) -> ReviewResult:
        number = number_of("Review", input.id, "id")
        await claims.release(info.context.act, number, input.version, input.holder_id)
        return ReviewPayload.of(review_id=number)

    @mutation("Approves the present stage, or sends the subject back to who wrote it.")
    async def decide_review(self, info: Info, input: DecideReviewInput) -> ReviewResult:
        number = number_of("Review", input.id, "id")
        decision = decisions.Decision(
            approves=input.approves,
            revision=input.revision,
            opinion=input.opinion,
            remarks=remarks_of(input.remarks),
        )
        await decisions.decide(info.context.act, number, decision)
        return ReviewPayload.of(review_id=number)

    @mutation("Takes a review back.")
    async def withdraw_review(self, info: Info, input: WithdrawReviewInput) -> ReviewResult:
        number = number_of("Review", input.id, "id")
        await decisions.withdraw(info.context.act, number, input.version, input.reason)
        return ReviewPayload.of(review_id=number)

    @mutation("Makes a link by which somebody without an account decides the present stage.")
    async def invite_reviewer(self, info: Info, input: InviteReviewerInput) -> InviteReviewerResult:
        number = number_of("Review", input.id, "id")
        new = invitations.NewInvitation(
            review_id=number, version=input.version, name=input.name, hours=input.hours
        )
        handed = await invitations.invite(info.context.act, new)
        return ReviewerLinkPayload.of(
            review_id=number,
            link=f"/review/{handed.secret}",
            link_expires_at=int(handed.expires_at.timestamp()),
        )

    @mutation("Makes an article public before its review is over, where its workflow allows it.")
    async def publish_urgently(
        self, info: Info, input: PublishUrgentlyInput
    ) -> PublishUrgentlyResult:
        number = number_of("Article", input.id, "id")
        await articles.publish_urgently(info.context.act, number, input.version, input.reason)
        return ArticlePayload.of(article_id=number)
