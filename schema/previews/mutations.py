"""Handing a draft out to read, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.previews import actions
from domain.previews.rules import LONGEST_HOURS, USUAL_HOURS
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on
from schema.previews.types import PreviewLink
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A revision that somebody without an account is to read.")
class CreatePreviewLinkInput:
    article_id: strawberry.ID = strawberry.field(description="Of which article.")
    recipient: str = strawberry.field(description="For whom the link is, up to 100 letters.")
    revision: int | None = strawberry.field(
        default=None, description="Which revision; the newest as of now if null."
    )
    hours: int = strawberry.field(
        default=USUAL_HOURS, description=f"How long the link works, 1 to {LONGEST_HOURS}."
    )


@strawberry.input(description="A link that is to open nothing any more.")
class RevokePreviewLinkInput:
    id: strawberry.ID = strawberry.field(description="Which: a PreviewLink's id.")


@stands_on("(SELECT)")
@strawberry.type(description="A link to hand over.")
class NewPreviewLinkPayload(Payload):
    preview_link: PreviewLink | None = to_one("link_id", "What is known of it from now on.")
    link: str = column(
        "Where the revision is read: a path on this host. It is shown this once.", "{row}.link"
    )
    link_expires_at: datetime = column(
        "Until when it works.", "to_timestamp({row}.link_expires_at)"
    )


@stands_on("(SELECT)")
@strawberry.type(description="The link as it now is.")
class PreviewLinkPayload(Payload):
    preview_link: PreviewLink | None = to_one(
        "link_id", "The link; null where its article's drafts are no more yours to see."
    )


CreatePreviewLinkResult = Annotated[
    NewPreviewLinkPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("CreatePreviewLinkResult", description="The link, or why there is none."),
]
RevokePreviewLinkResult = Annotated[
    PreviewLinkPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RevokePreviewLinkResult", description="The link, or why it still opens."),
]


@strawberry.type
class PreviewMutations:
    @mutation("Makes a link by which somebody without an account reads one revision.")
    async def create_preview_link(
        self, info: Info, input: CreatePreviewLinkInput
    ) -> CreatePreviewLinkResult:
        new = actions.NewPreview(
            article_id=number_of("Article", input.article_id, "article_id"),
            recipient=input.recipient,
            revision=input.revision,
            hours=input.hours,
        )
        handed = await actions.create(info.context.act, new)
        return NewPreviewLinkPayload.of(
            link_id=handed.link_id,
            link=f"/preview/{handed.secret}",
            link_expires_at=int(handed.expires_at.timestamp()),
        )

    @mutation("Takes a link to a preview back: it opens nothing from now on.")
    async def revoke_preview_link(
        self, info: Info, input: RevokePreviewLinkInput
    ) -> RevokePreviewLinkResult:
        number = number_of("PreviewLink", input.id, "id")
        await actions.revoke(info.context.act, number)
        return PreviewLinkPayload.of(link_id=number)
