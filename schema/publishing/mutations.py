"""Planning what becomes public when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.publishing import actions
from domain.publishing.rules import PlannedStep
from schema.articles.types import Article
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.publishing.types import PublicationPlan


@strawberry.input(description="A step to plan.")
class PlanPublicationInput:
    article_id: strawberry.ID = strawberry.field(description="Of which article.")
    step: PlannedStep = strawberry.field(description="What is to become of it.")
    at: datetime = strawberry.field(description="When.")
    revision: int | None = strawberry.field(
        default=None, description="Which revision is to be public; the newest as of now if null."
    )


@strawberry.input(description="A plan and its new time.")
class MovePublicationInput:
    id: strawberry.ID = strawberry.field(description="Which: a PublicationPlan's id.")
    version: int = strawberry.field(description="The version you saw.")
    at: datetime = strawberry.field(description="The new time.")


@strawberry.input(description="A plan that is given up.")
class CancelPublicationInput:
    id: strawberry.ID = strawberry.field(description="Which: a PublicationPlan's id.")
    version: int = strawberry.field(description="The version you saw.")


@strawberry.input(description="Until when an article may not be public.")
class SetEmbargoInput:
    article_id: strawberry.ID = strawberry.field(description="Which article.")
    until: datetime = strawberry.field(description="Until when.")
    reason: str = strawberry.field(default="", description="Why.")


@strawberry.input(description="An embargo that ends now.")
class LiftEmbargoInput:
    article_id: strawberry.ID = strawberry.field(description="Of which article.")


@stands_on("(SELECT)")
@strawberry.type(description="The plan as it now is.")
class PublicationPlanPayload(Payload):
    plan: PublicationPlan | None = to_one(
        "plan_id", "The plan; null when its article is no more yours to see."
    )


@stands_on("(SELECT)")
@strawberry.type(description="The article, with its embargo or without.")
class EmbargoPayload(Payload):
    article: Article | None = to_one("article_id", "The article.")


PublicationPlanResult = Annotated[
    PublicationPlanPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("PublicationPlanResult", description="The plan, or why nothing changed."),
]
EmbargoResult = Annotated[
    EmbargoPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("EmbargoResult", description="The article, or why nothing changed."),
]


@strawberry.type
class PublishingMutations:
    @mutation("Plans that an article goes public, or is taken back, at a moment.")
    async def plan_publication(
        self, info: Info, input: PlanPublicationInput
    ) -> PublicationPlanResult:
        new = actions.NewPlan(
            article_id=number_of("Article", input.article_id, "article_id"),
            step=input.step,
            at=input.at,
            revision=input.revision,
        )
        return PublicationPlanPayload.of(plan_id=await actions.plan(info.context.act, new))

    @mutation("Moves a plan to another time.")
    async def move_publication(
        self, info: Info, input: MovePublicationInput
    ) -> PublicationPlanResult:
        number = number_of("PublicationPlan", input.id, "id")
        await actions.move(info.context.act, number, input.version, input.at)
        return PublicationPlanPayload.of(plan_id=number)

    @mutation("Gives a plan up before its time.")
    async def cancel_publication(
        self, info: Info, input: CancelPublicationInput
    ) -> PublicationPlanResult:
        number = number_of("PublicationPlan", input.id, "id")
        await actions.cancel(info.context.act, number, input.version)
        return PublicationPlanPayload.of(plan_id=number)

    @mutation("Forbids that an article is public before a moment, in place of an earlier embargo.")
    async def set_embargo(self, info: Info, input: SetEmbargoInput) -> EmbargoResult:
        number = number_of("Article", input.article_id, "article_id")
        await actions.set_embargo(info.context.act, number, input.until, input.reason)
        return EmbargoPayload.of(article_id=number)

    @mutation("Ends an article's embargo.")
    async def lift_embargo(self, info: Info, input: LiftEmbargoInput) -> EmbargoResult:
        number = number_of("Article", input.article_id, "article_id")
        await actions.lift_embargo(info.context.act, number)
        return EmbargoPayload.of(article_id=number)
