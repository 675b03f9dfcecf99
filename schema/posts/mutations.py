"""Registering posts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.posts import actions
from schema.execution.context import Info
from schema.inputs import number_of, number_or_none
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.posts.types import Post
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A post that stands on a partner's account.")
class RegisterPostInput:
    account_id: strawberry.ID = strawberry.field(description="On which account.")
    external_id: str = strawberry.field(description="The platform's own identifier.")
    posted_at: datetime = strawberry.field(description="When it appeared.")
    url: str = strawberry.field(default="", description="Where it can be seen.")
    title: str = strawberry.field(default="", description="Its title.")
    article_id: strawberry.ID | None = strawberry.field(
        default=None, description="The article it carries."
    )
    campaign_id: strawberry.ID | None = strawberry.field(
        default=None, description="The campaign it belongs to."
    )
    repost_of_id: strawberry.ID | None = strawberry.field(
        default=None, description="The post it repeats, on the same platform."
    )


@stands_on("(SELECT)")
@strawberry.type(description="The post as it now is.")
class PostPayload(Payload):
    post: Post = to_one("post_id", "The post.")


RegisterPostResult = Annotated[
    PostPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RegisterPostResult", description="The post, or why there is none."),
]


@strawberry.type
class PostMutations:
    @mutation("Registers a post; its counters are pulled from then on.")
    async def register_post(self, info: Info, input: RegisterPostInput) -> RegisterPostResult:
        new = actions.NewPost(
            account_id=number_of("Account", input.account_id, "account_id"),
            external_id=input.external_id,
            posted_at=input.posted_at,
            url=input.url,
            title=input.title,
            article_id=number_or_none("Article", input.article_id, "article_id"),
            campaign_id=number_or_none("Campaign", input.campaign_id, "campaign_id"),
            repost_of_id=number_or_none("Post", input.repost_of_id, "repost_of_id"),
        )
        return PostPayload.of(post_id=await actions.register(info.context.act, new))
