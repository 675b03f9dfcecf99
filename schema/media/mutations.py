"""Describing files of the library, and deleting them. They are uploaded by POST /v1/media."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.ids import format_id
from domain.media import actions
from schema.execution.context import Info
from schema.inputs import number_of
from schema.media.types import Media
from schema.payloads import Payload, mutation
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="Changes to what is said of a file; what is not given stays.")
class UpdateMediaInput:
    id: strawberry.ID = strawberry.field(description="Which file.")
    version: int = strawberry.field(description="The version you saw.")
    alt: str | None = strawberry.field(default=None, description="What a picture shows.")
    caption: str | None = strawberry.field(default=None, description="What stands below it.")
    credit: str | None = strawberry.field(default=None, description="Who made it.")
    licence: str | None = strawberry.field(default=None, description="How it may be used.")


@strawberry.input(description="A file that nothing uses.")
class DeleteMediaInput:
    id: strawberry.ID = strawberry.field(description="Which file.")
    version: int = strawberry.field(description="The version you saw.")


@stands_on("(SELECT)")
@strawberry.type(description="The file as it now is.")
class MediaPayload(Payload):
    media: Media | None = to_one("media_id", "The file.")


@stands_on("(SELECT)")
@strawberry.type(description="The file that is gone.")
class DeleteMediaPayload(Payload):
    deleted_id: strawberry.ID = column("Its id, which leads nowhere now.", "{row}.deleted_id")


UpdateMediaResult = Annotated[
    MediaPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("UpdateMediaResult", description="The file, or why it stayed as it was."),
]
DeleteMediaResult = Annotated[
    DeleteMediaPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("DeleteMediaResult", description="Its id, or why it stays."),
]


@strawberry.type
class MediaMutations:
    @mutation("Changes what is said of a file; its content never changes.")
    async def update_media(self, info: Info, input: UpdateMediaInput) -> UpdateMediaResult:
        number = number_of("Media", input.id, "id")
        changes = actions.MediaChanges(
            alt=input.alt, caption=input.caption, credit=input.credit, licence=input.licence
        )
        await actions.update(info.context.act, number, input.version, changes)
        return MediaPayload.of(media_id=number)

    @mutation("Deletes a file that no article uses, in whichever revision.")
    async def delete_media(self, info: Info, input: DeleteMediaInput) -> DeleteMediaResult:
        number = number_of("Media", input.id, "id")
        await actions.delete(info.context.act, number, input.version)
        return DeleteMediaPayload.of(deleted_id=format_id("Media", number))
