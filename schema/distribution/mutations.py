"""Articles go out to accounts, and what becomes of it is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.distribution import actions
from domain.distribution.rules import DistributionWay
from schema.distribution.types import Distribution
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import rows, to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A published article for some accounts.")
class DistributeArticleInput:
    id: strawberry.ID = strawberry.field(description="Which article.")
    account_ids: list[strawberry.ID] = strawberry.field(
        description="Where it goes: 1 to 100 accounts, each once."
    )
    way: DistributionWay | None = strawberry.field(
        default=None,
        description="How. By default by the platform's interface where it has one and the account"
        " a credential, else by copying.",
    )
    note: str = strawberry.field(default="", description="What the partners are told.")


@strawberry.input(description="Where it stands now.")
class AcceptDistributionInput:
    id: strawberry.ID = strawberry.field(description="Which distribution.")
    version: int = strawberry.field(description="The version you saw.")
    url: str = strawberry.field(
        default="", description="The post's address, as a browser shows it."
    )
    external_id: str = strawberry.field(
        default="", description="The platform's own identifier; read off the url by default."
    )
    posted_at: datetime | None = strawberry.field(
        default=None, description="When it appeared; now by default."
    )


@strawberry.input(description="Why it will not stand there.")
class EndDistributionInput:
    id: strawberry.ID = strawberry.field(description="Which distribution.")
    version: int = strawberry.field(description="The version you saw.")
    reason: str = strawberry.field(description="Why, in a line.")


@stands_on("(SELECT)")
@strawberry.type(description="What goes out now.")
class DistributeArticlePayload(Payload):
    distributions: list[Distribution] = rows(
        "One for each account.",
        where="{row}.id = ANY(string_to_array({parent}.distribution_ids, ',')::bigint[])",
        order_by="{row}.id",
        limit=100,
    )


@stands_on("(SELECT)")
@strawberry.type(description="The distribution as it now is.")
class DistributionPayload(Payload):
    distribution: Distribution = to_one("distribution_id", "The distribution.")


DistributeArticleResult = Annotated[
    DistributeArticlePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("DistributeArticleResult", description="What goes out, or why nothing does."),
]
AcceptDistributionResult = Annotated[
    DistributionPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("AcceptDistributionResult", description="It stands there, or why not."),
]
RefuseDistributionResult = Annotated[
    DistributionPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RefuseDistributionResult", description="It was refused, or why not."),
]
CancelDistributionResult = Annotated[
    DistributionPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("CancelDistributionResult", description="It was cancelled, or why not."),
]


@strawberry.type
class DistributionMutations:
    @mutation("Sends a published article to accounts, each in the form its platform takes.")
    async def distribute_article(
        self, info: Info, input: DistributeArticleInput
    ) -> DistributeArticleResult:
        offer = actions.Offer(
            article_id=number_of("Article", input.id, "id"),
            account_ids=[number_of("Account", id_, "account_ids") for id_ in input.account_ids],
            way=input.way,
            note=input.note,
        )
        numbers = await actions.distribute(info.context.act, offer, info.context.address)
        return DistributeArticlePayload.of(distribution_ids=",".join(map(str, numbers)))

    @mutation("Tells where an article stands now; its post is counted from then on.")
    async def accept_distribution(
        self, info: Info, input: AcceptDistributionInput
    ) -> AcceptDistributionResult:
        number = number_of("Distribution", input.id, "id")
        carried = actions.Carried(
            url=input.url, external_id=input.external_id, posted_at=input.posted_at
        )
        await actions.accept(info.context.act, number, input.version, carried)
        return DistributionPayload.of(distribution_id=number)

    @mutation("Tells that an article will not be carried, and why.")
    async def refuse_distribution(
        self, info: Info, input: EndDistributionInput
    ) -> RefuseDistributionResult:
        number = number_of("Distribution", input.id, "id")
        await actions.refuse(info.context.act, number, input.version, input.reason)
        return DistributionPayload.of(distribution_id=number)

    @mutation("Takes an offer back before the article stands there.")
    async def cancel_distribution(
        self, info: Info, input: EndDistributionInput
    ) -> CancelDistributionResult:
        number = number_of("Distribution", input.id, "id")
        await actions.cancel(info.context.act, number, input.version, input.reason)
        return DistributionPayload.of(distribution_id=number)
