"""Setting columns."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.article_columns import actions
from schema.article_columns.types import Column
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A column as it is to be, with all that stands in it.")
class SetColumnInput:
    organization_id: strawberry.ID = strawberry.field(description="Whose: an Organization's id.")
    slug: str = strawberry.field(description="Its name in addresses, by which it is known.")
    title: str = strawberry.field(description="What it is called, up to 100 letters.")
    version: int = strawberry.field(description="The version you saw; 0 to make it.")
    article_ids: list[strawberry.ID] = strawberry.field(
        description="What stands in it, in its order: at most 500, each once."
    )
    summary: str = strawberry.field(default="", description="A few sentences.")
    is_closed: bool = strawberry.field(
        default=False, description="Whether nothing more comes into it from then on."
    )


@stands_on("(SELECT)")
@strawberry.type(description="The column as it now is.")
class ColumnPayload(Payload):
    column: Column = to_one("column_id", "The column.")


ColumnResult = Annotated[
    ColumnPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("ColumnResult", description="The column, or why nothing changed."),
]


@strawberry.type
class ColumnMutations:
    @mutation("Sets a column: what stands in it, in which order.")
    async def set_column(self, info: Info, input: SetColumnInput) -> ColumnResult:
        new = actions.NewColumn(
            organization_id=number_of("Organization", input.organization_id, "organization_id"),
            slug=input.slug,
            title=input.title,
            summary=input.summary,
            is_closed=input.is_closed,
            version=input.version,
            article_ids=[number_of("Article", id_, "article_ids") for id_ in input.article_ids],
        )
        return ColumnPayload.of(column_id=await actions.set_column(info.context.act, new))
