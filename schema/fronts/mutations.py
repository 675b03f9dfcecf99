"""Curating fronts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.fronts import actions
from domain.fronts.rules import Entry
from schema.execution.context import Info
from schema.fronts.types import Front
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="An article in a slot.")
class FrontEntryInput:
    slot: int = strawberry.field(description="Its slot, from 1 to 100.")
    article_id: strawberry.ID = strawberry.field(description="Which article.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="From when it stands there; null: from ever."
    )
    ends_at: datetime | None = strawberry.field(
        default=None, description="Until when; null: for ever."
    )


@strawberry.input(description="A front as it is to be, with all that stands on it.")
class SetFrontInput:
    organization_id: strawberry.ID = strawberry.field(description="Whose: an Organization's id.")
    name: str = strawberry.field(description="Its name: small letters, digits and hyphens.")
    title: str = strawberry.field(description="What it is called.")
    version: int = strawberry.field(description="The version you saw; 0 to make it.")
    entries: list[FrontEntryInput] = strawberry.field(
        description="What stands on it: at most 300, one at a time in each slot."
    )


@stands_on("(SELECT)")
@strawberry.type(description="The front as it now is.")
class FrontPayload(Payload):
    front: Front = to_one("front_id", "The front.")


FrontResult = Annotated[
    FrontPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("FrontResult", description="The front, or why nothing changed."),
]


@strawberry.type
class FrontMutations:
    @mutation("Sets a front: what stands in which slot, and when; reorders it.")
    async def set_front(self, info: Info, input: SetFrontInput) -> FrontResult:
        entries = [
            Entry(
                each.slot,
                number_of("Article", each.article_id, "article_id"),
                each.starts_at,
                each.ends_at,
            )
            for each in input.entries
        ]
        new = actions.NewFront(
            organization_id=number_of("Organization", input.organization_id, "organization_id"),
            name=input.name,
            title=input.title,
            version=input.version,
            entries=entries,
        )
        return FrontPayload.of(front_id=await actions.set_front(info.context.act, new))
